/**
 * A fault, the change that makes it, and the checks that see it. Some laws follow from others (where the balances do not
 * sum to zero, one of them is not the sum of its entries): then the others are named too.
 */
export type Fault = readonly [fault: string, change: string, ...found: string[]];

const THIRD = 'where ledger_id = 1 and sequence = 3';

/** Faults of books that hold nothing but transfers: of ledgers 1 to 3. */
export const FAULTS: readonly Fault[] = [
  [
    'a balance without an account',
    `delete from accounts where address = 'users:1'`,
    'balance_has_account',
  ],
  ['a balance without a ledger', `delete from ledgers where id = 3`, 'balance_has_account'],
  [
    'a newest entry with another balance',
    `update entries set balance_after = 999 where ledger_id = 1 and balance_id = 2 and version = 4`,
    'balance_is_newest_entry',
    'running_balance',
  ],
  [
    'a balance with another version',
    `update balances set version = version + 1 where ledger_id = 1 and address = 'users:1'`,
    'balance_is_sum',
  ],
  [
    'versions that do not begin at 1',
    `update entries set version = version + 10 where ledger_id = 1 and balance_id = 2;
     update balances set version = version + 10 where ledger_id = 1 and id = 2`,
    'balance_is_sum',
  ],
  [
    'versions with a gap',
    `update entries set version = 5 where ledger_id = 1 and balance_id = 2 and version = 4;
     update balances set version = 5 where ledger_id = 1 and id = 2`,
    'balance_is_sum',
  ],
  [
    'a newest entry with a later version',
    `update entries set version = 5 where ledger_id = 1 and balance_id = 2 and version = 4`,
    'balance_is_sum',
  ],
  [
    'a balance that is not the sum of its entries',
    `update balances set posted = posted + 1 where address = 'users:1'`,
    'balance_is_newest_entry',
    'balance_is_sum',
    'zero_sum',
  ],
  [
    'money in an asset that nobody gave',
    `insert into balances (ledger_id, address, asset, id, posted) values (1, 'users:1', 'USD/2', 99, 5)`,
    'asset_scale',
    'balance_is_newest_entry',
    'balance_is_sum',
    'zero_sum',
  ],
  ['a changed fingerprint', `update transactions set fingerprint = sha256('x') ${THIRD}`, 'chain'],
  ['a changed id', `update transactions set id = gen_random_uuid() ${THIRD}`, 'chain'],
  ['a changed hash', `update transactions set hash = sha256('x') ${THIRD}`, 'chain'],
  ['another head', `update ledgers set chain_hash = sha256('x') where id = 1`, 'chain'],
  [
    'a changed reason',
    `update transactions set rejection = '{"code": "account_frozen"}' where ledger_id = 2`,
    'chain',
  ],
  [
    'postings that name another account',
    `update transactions set postings = '[["world", "users:2", "BRL/2", "100"]]' ${THIRD}`,
    'entries_match_postings',
  ],
  [
    'entries in another asset',
    `update balances set asset = 'USD/2' where ledger_id = 1`,
    'asset_scale',
    'entries_match_postings',
  ],
  [
    'entries without a balance',
    `delete from balances where address = 'users:1'`,
    'asset_scale',
    'entries_match_postings',
    'entry_has_balance',
    'zero_sum',
  ],
  [
    'two balances with one id',
    `insert into balances (ledger_id, address, asset, id) values (1, 'users:1', 'USD/2', 2)`,
    'asset_scale',
    'balance_is_newest_entry',
    'balance_is_sum',
    'entries_match_postings',
    'entry_has_balance',
  ],
  [
    'entries of a rejected transaction',
    `update transactions set status = 'rejected', rejection = '{"code": ""}' ${THIRD}`,
    'entries_match_postings',
    'entry_has_transaction',
    'transaction_is_its_entries',
  ],
  [
    'a running balance that jumps',
    `update entries set balance_after = 0 where ledger_id = 1 and balance_id = 2 and version = 2`,
    'running_balance',
  ],
  [
    'a counter ahead of its transactions',
    `update ledgers set next_sequence = next_sequence + 1 where id = 1`,
    'sequences',
  ],
  [
    'a last instant that no transaction has',
    `update ledgers set last_posted_at = last_posted_at + interval '1 s' where id = 1`,
    'sequences',
  ],
  ['a transaction that is gone', `delete from transactions where ledger_id = 2`, 'sequences'],
  [
    'a gap with the chain mended',
    `update transactions set sequence = 14 where ledger_id = 1 and sequence = 12;
     update entries set sequence = 14 where ledger_id = 1 and sequence = 12;
     update ledgers set next_sequence = 15 where id = 1`,
    'chain',
    'sequences',
  ],
  [
    'time that runs back',
    `update transactions set posted_at = posted_at + interval '1 h' ${THIRD}`,
    'chain',
    'sequences',
  ],
  [
    'a posting without entries',
    `update transactions set postings = '[["world", "users:0", "BRL/2", "60"], ["world", "users:0", "BRL/2", "40"]]' ${THIRD}`,
    'transaction_is_its_entries',
  ],
];
