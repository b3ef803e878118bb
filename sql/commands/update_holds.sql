-- Writes what became of holds. One that was changed since the batch read it is left alone: the caller compares the number
-- of rows and takes the whole commit back. (Asked for open ones instead, Postgres would look through all that are open.)
-- $1 integer[] ledgers, $2 uuid[] ids, $3 text[] statuses, $4 numeric[] captured, $5 bigint[] sequences of the last change,
-- $6 bigint[] sequences of the change before
update holds h
set status = k.status, captured = k.captured, changed = k.changed
from unnest($1::integer[], $2::uuid[], $3::text[], $4::numeric[], $5::bigint[], $6::bigint[])
  as k (ledger_id, id, status, captured, changed, changed_before)
where h.ledger_id = k.ledger_id and h.id = k.id and h.changed = k.changed_before
