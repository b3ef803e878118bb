-- Each balance is what stands on its newest entry.
select b.ledger_id, b.address, b.asset, b.posted, e.balance_after
from balances b
join entries e on e.ledger_id = b.ledger_id and e.balance_id = b.id and e.version = b.version
where e.balance_after <> b.posted
