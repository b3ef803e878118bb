-- No balance is below what its overdraft limit allows, unless the limit was lowered later; the outside has no lower limit.
select b.ledger_id, b.address, b.asset, b.posted, b.held, b.overdraft_limit
from balances b
join accounts a on a.ledger_id = b.ledger_id and a.address = b.address
where b.posted - b.held < -b.overdraft_limit and b.address <> 'world' and a.version = 1
