-- The balances a batch may change; one that does not exist has no row. The ledgers' rows are locked, and every writer of
-- a balance locks its ledger first: so these need no lock of their own.
-- $1 integer[] ledgers, $2 text[] addresses, $3 text[] assets, side by side
-- Returns ledger_id, address, asset, id, posted, held, overdraft_limit (null: none), max_balance (null: none), version.
select b.ledger_id, b.address, b.asset, b.id, b.posted, b.held, b.overdraft_limit, b.max_balance, b.version
from unnest($1::integer[], $2::text[], $3::text[]) as k (ledger_id, address, asset)
join balances b on b.ledger_id = k.ledger_id and b.address = k.address and b.asset = k.asset
