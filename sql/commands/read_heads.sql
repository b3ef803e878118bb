-- How far ledgers are.
-- $1 text[] uids
-- Returns uid, sequence (of its last transaction; 0: none). No row for a ledger that the database lacks.
select l.uid, l.next_sequence - 1 as sequence
from unnest($1::text[]) as k (uid)
join ledgers l on l.uid = k.uid
