-- The decimal places of the asset codes that a batch uses; a code that was never used has no row.
-- $1 integer[] ledgers, $2 text[] codes, side by side
-- Returns ledger_id, code, scale.
select a.ledger_id, a.code, a.scale
from unnest($1::integer[], $2::text[]) as k (ledger_id, code)
join assets a on a.ledger_id = k.ledger_id and a.code = k.code
