-- Writes what became of holds. One that is not open is left alone: the caller compares the number of rows and takes the
-- whole commit back.
-- $1 integer[] ledgers, $2 uuid[] ids, $3 text[] statuses, $4 numeric[] captured, $5 bigint[] sequences of the last change
update holds h
set status = k.status, captured = k.captured, changed = k.changed
from unnest($1::integer[], $2::uuid[], $3::text[], $4::numeric[], $5::bigint[]) as k (ledger_id, id, status, captured, changed)
where h.ledger_id = k.ledger_id and h.id = k.id and h.status = 'pending'
