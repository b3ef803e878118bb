export const LEDGER = 4;

/**
 * A small book in SQL with every kind of transaction, as ledger 4; its chain is to be linked afterwards. What its balances,
 * holds and totals must be is written down beside what was done, not computed as the laws compute it.
 */
export function moneyBook(): string {
  return BOOK.join(';\n').replaceAll(':ledger', String(LEDGER));
}

/** The id of the transaction with that sequence. */
export function moneyId(sequence: number): string {
  return `00000000-0000-7000-8000-${String(sequence).padStart(12, '0')}`;
}

/** The condition that names what belongs to the transaction with that sequence. */
export function at(sequence: number): string {
  return `where ledger_id = ${LEDGER} and sequence = ${sequence}`;
}

/** The condition that names the transaction with that sequence, where rows are known by its id. */
export function of(sequence: number): string {
  return `where ledger_id = ${LEDGER} and id = '${moneyId(sequence)}'`;
}

const BOOK = [
  `insert into ledgers (id, name, accounts, next_sequence, next_balance, last_posted_at) overriding system value
   values (:ledger, 'money', 'auto', 33, 10, '2026-01-01 00:32Z')`,
  // The limits of dave were changed when he had less already. That of the outside is never asked.
  `insert into accounts (ledger_id, address, version)
   values (:ledger, 'world', 1), (:ledger, 'alice', 1), (:ledger, 'bob', 1), (:ledger, 'carol', 1), (:ledger, 'dave', 2),
     (:ledger, 'erin', 1)`,
  `insert into assets (ledger_id, code, scale) values (:ledger, 'BRL', '2'), (:ledger, 'USD', '3')`,
  `insert into balances (ledger_id, id, address, asset, overdraft_limit, max_balance, posted, held, version)
   values (:ledger, 1, 'world', 'BRL/2',    0, null, -29,  0, 9),
          (:ledger, 2, 'alice', 'BRL/2',    0, null,  31,  8, 20),
          (:ledger, 3, 'bob',   'BRL/2',    0,   55,  -5,  0, 14),
          (:ledger, 4, 'carol', 'BRL/2',   20, null,   1,  0, 3),
          (:ledger, 5, 'world', 'USD/3', null, null, -50,  0, 1),
          (:ledger, 6, 'alice', 'USD/3',    0, null,  50,  0, 4),
          (:ledger, 7, 'bob',   'USD/3',    0, null,   0,  0, 2),
          (:ledger, 8, 'dave',  'BRL/2',    0, null,  -5,  0, 1),
          (:ledger, 9, 'erin',  'BRL/2',    0,    5,   7,  0, 5)`,

  // Posted a minute apart, accepted a second before; each id holds the sequence.
  `insert into transactions (ledger_id, sequence, id, accepted_at, posted_at, effective_at, kind, status, target, postings,
     rejection, fingerprint, hash)
   select :ledger, n, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, at - interval '1 s', at, effective_at::timestamptz,
     kind, status, ('00000000-0000-7000-8000-' || lpad(target::text, 12, '0'))::uuid, postings::jsonb, rejection::jsonb,
     sha256(int4send(n)), sha256('')
   from (values
     (1,  'transfer', 'posted',   null, '[["world", "alice", "BRL/2", "100"]]', null, '2025-06-01 00:00:00.000001Z'),
     (2,  'transfer', 'posted',   null, '[["world", "alice", "USD/3", "50"]]', null, null),
     (3,  'hold',     'pending',  null, '[["alice", "bob", "BRL/2", "60"]]', null, null),
     (4,  'capture',  'posted',   3,    '[["alice", "bob", "BRL/2", "20"]]', null, null),
     (5,  'capture',  'posted',   3,    '[["alice", "bob", "BRL/2", "10"]]', null, null), -- a final one
     (6,  'hold',     'pending',  null, '[["alice", "bob", "BRL/2", "10"], ["alice", "bob", "USD/3", "5"]]', null, null),
     (7,  'capture',  'posted',   6,    '[["alice", "bob", "BRL/2", "10"], ["alice", "bob", "USD/3", "5"]]', null, null),
     (8,  'hold',     'pending',  null, '[["alice", "bob", "BRL/2", "8"]]', null, null),
     (9,  'capture',  'posted',   8,    '[["alice", "bob", "BRL/2", "3"]]', null, null),
     (10, 'release',  'posted',   8,    '[["alice", "bob", "BRL/2", "5"]]', null, null),
     (11, 'hold',     'pending',  null, '[["alice", "carol", "BRL/2", "4"]]', null, null),
     (12, 'expiry',   'posted',   11,   '[["alice", "carol", "BRL/2", "4"]]', null, null),
     (13, 'revert',   'posted',   1,    '[["alice", "world", "BRL/2", "30"]]', null, null),
     (14, 'revert',   'posted',   7,    '[["bob", "alice", "USD/3", "5"], ["bob", "alice", "BRL/2", "10"]]', null, null),
     (15, 'hold',     'pending',  null, '[["alice", "bob", "BRL/2", "7"]]', null, null),
     (16, 'capture',  'posted',   15,   '[["alice", "bob", "BRL/2", "2"]]', null, null),
     (17, 'transfer', 'posted',   null, '[["carol", "bob", "BRL/2", "15"]]', null, '1969-12-31 23:59:59.999999Z'),
     (18, 'hold',     'rejected', null, '[["alice", "bob", "BRL/2", "999"]]', '{"code": "insufficient_funds"}', null),
     (19, 'hold',     'pending',  null, '[["alice", "bob", "BRL/2", "1"], ["alice", "carol", "BRL/2", "2"]]', null, null),
     (20, 'transfer', 'posted',   null, '[["dave", "bob", "BRL/2", "5"]]', null, null),
     (21, 'transfer', 'posted',   null, '[["bob", "world", "BRL/2", "50"]]', null, null),
     (22, 'revert',   'posted',   17,   '[["bob", "carol", "BRL/2", "15"]]', null, null), -- a forced one
     (23, 'hold',     'pending',  null, '[["alice", "bob", "BRL/2", "3"]]', null, '2025-06-01Z'),
     (24, 'capture',  'posted',   23,   '[["alice", "bob", "BRL/2", "3"]]', null, null),
     (25, 'expiry',   'rejected', 11,   '[]', '{"code": "hold_not_open"}', null),
     (26, 'transfer', 'posted',   null, '[["alice", "bob", "BRL/2", "1"], ["bob", "carol", "BRL/2", "1"]]', null, '2025-06-01 00:00:00.000003Z'),
     (27, 'transfer', 'posted',   null, '[["world", "bob", "BRL/2", "2"]]', null, null),
     (28, 'transfer', 'posted',   null, '[["world", "erin", "BRL/2", "5"]]', null, null),
     (29, 'transfer', 'posted',   null, '[["erin", "world", "BRL/2", "5"]]', null, null),
     (30, 'transfer', 'posted',   null, '[["world", "erin", "BRL/2", "3"]]', null, null),
     (31, 'revert',   'posted',   29,   '[["world", "erin", "BRL/2", "5"]]', null, null), -- a forced one
     (32, 'transfer', 'posted',   null, '[["erin", "world", "BRL/2", "1"]]', null, null)
   ) t (n, kind, status, target, postings, rejection, effective_at)
   cross join lateral (select timestamptz '2026-01-01Z' + interval '1 min' * n as at) clock`,

  // What each move does to what a balance has posted and held, and what it is then, and to the total of its dated entries.
  `create temporary table moves on commit drop as
   select *, row_number() over (partition by balance_id order by place) as version
   from (select row_number() over () as place, v.* from (values
     (1,  1, -100, -100, null, null, -100), (1, 2, 100, 100, null, null, 100),
     (2,  5,  -50,  -50, null, null, null), (2, 6,  50,  50, null, null, null),
     (3,  2, null, null,   60,   60, null),
     (4,  2,  -20,   80,  -20,   40, null), (4, 3,  20,  20, null, null, null),
     (5,  2,  -10,   70,  -40,    0, null), (5, 3,  10,  30, null, null, null),
     (6,  2, null, null,   10,   10, null), (6, 6, null, null,  5,    5, null),
     (7,  2,  -10,   60,  -10,    0, null), (7, 3,  10,  40, null, null, null),
     (7,  6,   -5,   45,   -5,    0, null), (7, 7,   5,   5, null, null, null),
     (8,  2, null, null,    8,    8, null),
     (9,  2,   -3,   57,   -3,    5, null), (9, 3,   3,  43, null, null, null),
     (10, 2, null, null,   -5,    0, null),
     (11, 2, null, null,    4,    4, null),
     (12, 2, null, null,   -4,    0, null),
     (13, 2,  -30,   27, null, null, null), (13, 1, 30, -70, null, null, null),
     (14, 7,   -5,    0, null, null, null), (14, 6,  5,  50, null, null, null),
     (14, 3,  -10,   33, null, null, null), (14, 2, 10,  37, null, null, null),
     (15, 2, null, null,    7,    7, null),
     (16, 2,   -2,   35,   -2,    5, null), (16, 3,  2,  35, null, null, null),
     (17, 4,  -15,  -15, null, null,  -15), (17, 3, 15,  50, null, null, 15),
     (19, 2, null, null,    1,    6, null), (19, 2, null, null, 2,   8, null),
     (20, 8,   -5,   -5, null, null, null), (20, 3,  5,  55, null, null, null),
     (21, 3,  -50,    5, null, null, null), (21, 1, 50, -20, null, null, null),
     (22, 3,  -15,  -10, null, null, null), (22, 4, 15,   0, null, null, null),
     (23, 2, null, null,    3,   11, null),
     (24, 2,   -3,   32,   -3,    8, null), (24, 3,  3,  -7, null, null, null),
     (26, 2,   -1,   31, null, null,   99), (26, 3,  1,  -6, null, null, 16),
     (26, 3,   -1,   -7, null, null,   15), (26, 4,  1,   1, null, null, -14),
     (27, 1,   -2,  -22, null, null, null), (27, 3,  2,  -5, null, null, null),
     (28, 1,   -5,  -27, null, null, null), (28, 9,  5,   5, null, null, null),
     (29, 9,   -5,    0, null, null, null), (29, 1,  5, -22, null, null, null),
     (30, 1,   -3,  -25, null, null, null), (30, 9,  3,   3, null, null, null),
     (31, 1,   -5,  -30, null, null, null), (31, 9,  5,   8, null, null, null),
     (32, 9,   -1,    7, null, null, null), (32, 1,  1, -29, null, null, null)
   ) v (sequence, balance_id, amount, balance_after, held, held_after, dated_total)) m`,
  `insert into entries select :ledger, balance_id, version, sequence, amount, balance_after from moves where amount is not null`,
  `insert into held_changes select :ledger, balance_id, version, sequence, held, held_after from moves where held is not null`,
  `insert into dated_entries
   select :ledger, m.balance_id, m.version, m.sequence, t.effective_at, m.amount, m.dated_total
   from moves m join transactions t on t.ledger_id = :ledger and t.sequence = m.sequence where m.dated_total is not null`,

  // Two instants that share all spans but the first, and one before 1970.
  `insert into dated_totals (ledger_id, balance_id, level, span, total)
   select :ledger, balance_id, 0, span, total
   from (values (1, 1748736000000001, -100), (2, 1748736000000001, 100), (2, 1748736000000003, -1), (3, 1748736000000003, 0),
     (4, 1748736000000003, 1), (3, -1, 15), (4, -1, -15)) v (balance_id, span, total)
   union all
   select :ledger, balance_id, level, floor(micros / 4096.0 ^ level), total
   from (values (1, 1748736000000001, -100), (2, 1748736000000001, 99), (3, 1748736000000001, 0),
     (4, 1748736000000001, 1), (3, -1, 15), (4, -1, -15)) v (balance_id, micros, total)
   cross join generate_series(1, 3) level`,

  // One was captured a microsecond before its time was over, one expired in that instant.
  `insert into holds (ledger_id, id, status, expires_at, amount, captured, changed)
   select :ledger, ('00000000-0000-7000-8000-' || lpad(sequence::text, 12, '0'))::uuid, status, expires_at::timestamptz, amount,
     captured, changed
   from (values
     (3,  'posted',   '2026-01-01 00:04:59.000001Z', 60, 30, 5),
     (6,  'posted',   '2026-01-02Z', null, 0, 7),
     (8,  'released', '2026-01-02Z', 8, 3, 10),
     (11, 'expired',  '2026-01-01 00:12Z', 4, 0, 12),
     (15, 'pending',  '2026-01-02Z', 7, 2, 16),
     (19, 'pending',  '2026-01-02Z', 3, 0, 19),
     (23, 'posted',   '2026-01-02Z', 3, 3, 24)
   ) h (sequence, status, expires_at, amount, captured, changed)`,
  `insert into reverted (ledger_id, id, amount, changed)
   values (:ledger, '00000000-0000-7000-8000-000000000001', 30, 13), (:ledger, '00000000-0000-7000-8000-000000000007', null, 14),
     (:ledger, '00000000-0000-7000-8000-000000000017', 15, 22), (:ledger, '00000000-0000-7000-8000-000000000029', 5, 31)`,
];
