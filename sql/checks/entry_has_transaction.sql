-- Every entry belongs to a posted transaction that moves money.
select e.ledger_id, e.sequence
from (select distinct ledger_id, sequence from entries) e
left join transactions t on t.ledger_id = e.ledger_id and t.sequence = e.sequence
where t.id is null or t.status <> 'posted' or t.kind not in ('transfer', 'capture', 'revert')
