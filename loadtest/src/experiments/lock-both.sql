-- Locks both balances of a posting, in the order of their keys, so that two writers cannot wait for each other.
-- $1 integer ledger, $2 text source, $3 text destination, $4 text asset
select a.address, a.frozen, b.id, b.posted, b.held, b.overdraft_limit, b.max_balance, b.version
from balances b
join accounts a on a.ledger_id = b.ledger_id and a.address = b.address
where b.ledger_id = $1::integer and b.address in ($2::text, $3::text) and b.asset = $4::text
order by b.address
for update of b
