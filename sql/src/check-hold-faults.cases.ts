import { at, LEDGER, moneyId, of } from '../test/money-book.ts';
import type { Fault } from './check-faults.cases.ts';

/** Faults of the holds of `moneyBook`, and of what acts on them. */
export const HOLD_FAULTS: readonly Fault[] = [
  [
    'a capture accepted in the instant in which its hold was over',
    `update holds set expires_at = expires_at - interval '1 us' ${of(3)}`,
    'acts_on_hold',
  ],
  [
    'a release accepted in the instant in which its hold was over',
    `update holds set expires_at = '2026-01-01 00:09:59Z' ${of(8)}`,
    'acts_on_hold',
  ],
  [
    'an expiry posted before the time was over',
    `update holds set expires_at = expires_at + interval '1 us' ${of(11)}`,
    'acts_on_hold',
  ],
  [
    'a capture of a transfer',
    `update transactions set target = '${moneyId(1)}' ${at(24)};
     update holds set captured = 0, status = 'pending', changed = 23 ${of(23)}`,
    'acts_on_hold',
    'held_is_open_holds',
  ],
  [
    'a capture that came before its hold',
    `update transactions set target = '${moneyId(15)}' ${at(9)}`,
    'acts_on_hold',
    'effect_follows_target',
    'hold_captured',
  ],
  [
    'a capture that pays somebody else',
    `update transactions set postings = '[["alice", "carol", "BRL/2", "2"]]' ${at(16)}`,
    'acts_on_hold',
    'entries_match_postings',
  ],
  [
    'a part captured of a hold with several postings',
    `update transactions set postings = '[["alice", "bob", "BRL/2", "10"], ["alice", "bob", "USD/3", "4"]]' ${at(7)}`,
    'acts_on_hold',
    'entries_match_postings',
    'revert_turns_postings',
  ],
  [
    'a final capture that keeps the rest held',
    `update held_changes set amount = -10, held_after = 30 ${at(5)}`,
    'balance_is_sum',
    'held_changes_match_postings',
    'limits',
    'running_held',
  ],
  [
    'a release that says more than it freed',
    `update transactions set postings = '[["alice", "bob", "BRL/2", "6"]]' ${at(10)}`,
    'held_changes_match_postings',
  ],
  [
    'an open hold without a balance',
    `update transactions set postings = '[["zoe", "bob", "BRL/2", "999"]]' ${at(18)};
     insert into holds values (${LEDGER}, '${moneyId(18)}', 'pending', '2026-01-02Z', 999, 0, 18)`,
    'held_is_open_holds',
    'hold_has_row',
  ],
  [
    'a hold closed by a capture that freed only its own part',
    `update holds set status = 'posted' ${of(15)}`,
    'held_changes_match_postings',
    'held_is_open_holds',
  ],
  [
    'a hold closed by nothing',
    `update holds set status = 'posted' ${of(19)}`,
    'held_is_open_holds',
    'hold_status',
  ],
  [
    'a captured sum that its captures do not make',
    `update holds set captured = 4 ${of(8)}`,
    'hold_captured',
  ],
  ['a captured sum of several assets', `update holds set captured = 15 ${of(6)}`, 'hold_captured'],
  [
    'more captured than held',
    `alter table holds drop constraint holds_check;
     update holds set amount = 2 ${of(8)};
     update transactions set postings = '[["alice", "bob", "BRL/2", "2"]]' ${at(8)}`,
    'held_changes_match_postings',
    'hold_captured',
  ],
  [
    'an open hold without a row',
    `delete from holds ${of(19)}`,
    'held_is_open_holds',
    'hold_has_row',
  ],
  [
    'a rejected hold that can be captured',
    `insert into holds values (${LEDGER}, '${moneyId(18)}', 'pending', '2026-01-02Z', 999, 0, 18)`,
    'held_is_open_holds',
    'hold_has_row',
  ],
  ['a hold of another amount', `update holds set amount = 9 ${of(8)}`, 'hold_has_row'],
  ['a hold without an amount', `update holds set amount = null ${of(19)}`, 'hold_has_row'],
  ['a posted hold', `update transactions set status = 'posted' ${at(19)}`, 'hold_has_row'],
  [
    'a pending transfer',
    `update transactions set status = 'pending' ${at(2)}`,
    'entries_match_postings',
    'entry_has_transaction',
    'hold_has_row',
    'transaction_is_its_entries',
  ],
  [
    'a hold that somebody else changed last',
    `update holds set changed = 23 ${of(23)}`,
    'hold_status',
  ],
  ['a release that expired', `update holds set status = 'expired' ${of(8)}`, 'hold_status'],
  ['a capture that released', `update holds set status = 'released' ${of(23)}`, 'hold_status'],
  ['a hold open with nothing left', `update holds set status = 'pending' ${of(23)}`, 'hold_status'],
  [
    'a hold of several assets open after its capture',
    `update holds set status = 'pending' ${of(6)}`,
    'held_is_open_holds',
    'hold_status',
  ],
  [
    'a capture after the release',
    `update transactions set target = '${moneyId(8)}' ${at(16)};
     update holds set captured = 5, changed = 16 ${of(8)};
     update holds set captured = 0, changed = 15 ${of(15)}`,
    'held_is_open_holds',
    'hold_status',
  ],
  [
    'a hold that ended twice',
    `update transactions set target = '${moneyId(8)}' ${at(12)};
     update holds set status = 'expired', changed = 12 ${of(8)};
     update holds set status = 'pending', changed = 11 ${of(11)}`,
    'acts_on_hold',
    'held_is_open_holds',
    'hold_status',
  ],
];
