-- Every entry belongs to a balance, and every balance has an id of its own.
select e.ledger_id, e.balance_id, count(*) as entries
from (select distinct ledger_id, balance_id from entries) e
left join balances b on b.ledger_id = e.ledger_id and b.id = e.balance_id
group by e.ledger_id, e.balance_id
having count(b.id) <> 1
