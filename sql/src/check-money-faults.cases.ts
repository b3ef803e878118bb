import { at, LEDGER, moneyId, of } from '../test/money-book.ts';
import type { Fault } from './check-faults.cases.ts';

function account(address: string): string {
  return `where ledger_id = ${LEDGER} and address = '${address}' and asset = 'BRL/2'`;
}

const REVERTS: readonly Fault[] = [
  [
    'a revert of a hold',
    `update transactions set target = '${moneyId(3)}' ${at(13)};
     update reverted set id = '${moneyId(3)}' ${of(1)}`,
    'revert_turns_postings',
  ],
  [
    'a revert of what was rejected',
    `update transactions set status = 'rejected', rejection = '{"code": ""}' ${at(17)}`,
    'entries_match_postings',
    'entry_has_transaction',
    'revert_turns_postings',
    'transaction_is_its_entries',
  ],
  [
    'a revert that came before its target',
    `update transactions set target = '${moneyId(32)}' ${at(31)};
     update reverted set id = '${moneyId(32)}' ${of(29)}`,
    'effect_follows_target',
    'revert_turns_postings',
    'reverted_is_sum',
  ],
  [
    'a revert of what does not exist',
    `update transactions set target = '${moneyId(99)}' ${at(31)};
     update reverted set id = '${moneyId(99)}' ${of(29)}`,
    'revert_turns_postings',
  ],
  [
    'a revert of an expiry',
    `update transactions set kind = 'expiry' ${at(29)}`,
    'acts_on_hold',
    'chain',
    'entries_match_postings',
    'entry_has_transaction',
    'held_changes_match_postings',
    'revert_turns_postings',
    'transaction_is_its_entries',
  ],
  [
    'a revert that moves back to somebody else',
    `update transactions set postings = '[["alice", "carol", "BRL/2", "30"]]' ${at(13)}`,
    'entries_match_postings',
    'revert_turns_postings',
  ],
  [
    'a revert in the order of its target',
    `update transactions set postings = '[["bob", "alice", "BRL/2", "10"], ["bob", "alice", "USD/3", "5"]]' ${at(14)}`,
    'revert_turns_postings',
  ],
  [
    'a reverted sum that its reverts do not make',
    `update reverted set amount = amount + 1 ${of(1)}`,
    'reverted_is_sum',
  ],
  [
    'a reverted sum of several assets',
    `update reverted set amount = 15 ${of(7)}`,
    'reverted_is_sum',
  ],
  ['a revert that left no mark', `delete from reverted ${of(1)}`, 'reverted_is_sum'],
  [
    'a mark that no revert left',
    `insert into reverted values (${LEDGER}, '${moneyId(2)}', 5, 3)`,
    'reverted_is_sum',
  ],
  [
    'a transfer that somebody else changed last',
    `update reverted set changed = 14 ${of(1)}`,
    'reverted_is_sum',
  ],
  [
    'more reverted than was moved',
    `update transactions set postings = '[["world", "alice", "BRL/2", "29"]]' ${at(1)}`,
    'entries_match_postings',
    'reverted_is_sum',
  ],
  [
    'several postings reverted twice',
    `update transactions set target = '${moneyId(7)}' ${at(22)};
     update reverted set changed = 22 ${of(7)};
     delete from reverted ${of(17)}`,
    'revert_turns_postings',
    'reverted_is_sum',
  ],
];

const BALANCES: readonly Fault[] = [
  [
    'more held than open holds have left',
    `update balances set held = held + 1 ${account('alice')}`,
    'balance_is_newest_entry',
    'balance_is_sum',
    'held_is_open_holds',
  ],
  [
    'something held without any open hold',
    `update balances set held = 1 ${account('carol')}`,
    'balance_is_newest_entry',
    'balance_is_sum',
    'held_is_open_holds',
  ],
  [
    'a newest held change with another total',
    `update held_changes set held_after = 7 ${at(24)}`,
    'balance_is_newest_entry',
    'running_held',
  ],
  ['a held total that jumps', `update held_changes set held_after = 99 ${at(3)}`, 'running_held'],
  [
    'an entry and a held change of two transactions with one version',
    `update held_changes set sequence = 15 ${at(16)}`,
    'held_changes_match_postings',
    'version_order',
  ],
  [
    'a held change out of its turn',
    `update held_changes set sequence = 27 ${at(11)}`,
    'held_changes_match_postings',
    'version_order',
  ],
  [
    'a held change without a balance',
    `update held_changes set balance_id = 77 ${at(24)}`,
    'balance_is_newest_entry',
    'balance_is_sum',
    'entry_has_balance',
    'held_changes_match_postings',
    'running_held',
  ],
  [
    'entries of a hold',
    `update entries set sequence = 19 ${at(20)}`,
    'entries_match_postings',
    'entry_has_transaction',
    'transaction_is_its_entries',
  ],
  [
    'entries of an expiry',
    `update entries set sequence = 12 ${at(13)}`,
    'entries_match_postings',
    'entry_has_transaction',
    'transaction_is_its_entries',
  ],
  [
    'something that a transfer holds',
    `insert into held_changes values (${LEDGER}, 6, 5, 27, 1, 1)`,
    'balance_is_newest_entry',
    'balance_is_sum',
    'held_changes_match_postings',
  ],
  [
    'more overdraft than allowed',
    `update balances set overdraft_limit = 14 ${account('carol')}`,
    'limits',
  ],
  [
    'more held than there was',
    `update held_changes set amount = 101 ${at(3)}`,
    'balance_is_sum',
    'held_changes_match_postings',
    'limits',
    'running_held',
  ],
  [
    'a balance above its maximum',
    `update balances set max_balance = 54 ${account('bob')}`,
    'limits',
  ],
  [
    'less than a limit that never changed',
    `update accounts set version = 1 where ledger_id = ${LEDGER} and address = 'dave'`,
    'limits',
  ],
];

const ASSETS_AND_DATES: readonly Fault[] = [
  [
    'an asset with another scale',
    `update assets set scale = '02' where ledger_id = ${LEDGER} and code = 'BRL'`,
    'asset_scale',
  ],
  [
    'an asset without a scale',
    `delete from assets where ledger_id = ${LEDGER} and code = 'USD'`,
    'asset_scale',
  ],
  [
    'a scale that nothing fixed',
    `insert into assets values (${LEDGER}, 'EUR', '2')`,
    'asset_scale',
  ],
  ['a dated entry too few', `delete from dated_entries ${at(1)}`, 'dated_entries', 'dated_totals'],
  [
    'a dated entry too many',
    `insert into dated_entries
     select ledger_id, balance_id, version, sequence, '2026-01-01Z', amount, amount from entries ${at(2)}`,
    'dated_entries',
    'dated_totals',
  ],
  [
    'a dated entry of another transaction',
    `update dated_entries set sequence = 27 ${at(26)}`,
    'dated_entries',
  ],
  [
    'a dated entry of another amount',
    `update dated_entries set amount = amount + 1 ${at(17)}`,
    'dated_entries',
    'dated_totals',
  ],
  [
    'a running total that jumps',
    `update dated_entries set total_after = total_after + 1 ${at(1)}`,
    'dated_entries',
  ],
  [
    'a transaction with another effective instant',
    `update transactions set effective_at = effective_at + interval '1 us' ${at(17)}`,
    'dated_entries',
  ],
  [
    'a capture that takes effect before its hold',
    `update transactions set effective_at = '2027-01-01Z' ${at(15)}`,
    'effect_follows_target',
  ],
  [
    'a revert that takes effect before its target',
    `update transactions set effective_at = '2027-01-01Z' ${at(17)}`,
    'dated_entries',
    'effect_follows_target',
  ],
  [
    'an effective instant before 1970 in the first span after it',
    `update dated_totals set span = 0 where span = -1 and level = 3`,
    'dated_totals',
  ],
  [
    'a total that its entries do not make',
    `update dated_totals set total = total + 1 where level = 2 and balance_id = 2`,
    'dated_totals',
  ],
  [
    'a total too few',
    `delete from dated_totals where level = 0 and balance_id = 4 and span = -1`,
    'dated_totals',
  ],
  ['a total too many', `insert into dated_totals values (${LEDGER}, 2, 1, 0, 5)`, 'dated_totals'],
];

/** Faults of `moneyBook` that are not about one hold. */
export const MONEY_FAULTS: readonly Fault[] = [...REVERTS, ...BALANCES, ...ASSETS_AND_DATES];
