-- Every entry and every held change belongs to a balance, and every balance has an id of its own.
select e.ledger_id, e.balance_id, count(b.id) as balances
from (select ledger_id, balance_id from entries union select ledger_id, balance_id from held_changes) e
left join balances b on b.ledger_id = e.ledger_id and b.id = e.balance_id
group by e.ledger_id, e.balance_id
having count(b.id) <> 1
