-- Every balance belongs to an account of an existing ledger.
select b.ledger_id, b.address, b.asset
from balances b
left join accounts a on a.ledger_id = b.ledger_id and a.address = b.address
left join ledgers l on l.id = b.ledger_id
where a.address is null or l.id is null
