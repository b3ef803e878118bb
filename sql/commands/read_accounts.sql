-- The accounts of a batch; one that does not exist has no row.
-- $1 integer[] ledgers, $2 text[] addresses, side by side
-- Returns ledger_id, address, frozen.
select a.ledger_id, a.address, a.frozen
from unnest($1::integer[], $2::text[]) as k (ledger_id, address)
join accounts a on a.ledger_id = k.ledger_id and a.address = k.address
