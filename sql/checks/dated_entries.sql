-- The dated entries are the entries of those transactions that say when they take effect, with a total that runs over them.
with dated as (
  select e.*, t.effective_at, sum(e.amount) over (partition by e.ledger_id, e.balance_id order by e.version) as total_after
  from transactions t
  join entries e on e.ledger_id = t.ledger_id and e.sequence = t.sequence
  where t.effective_at is not null
)
select ledger_id, balance_id, version, e.sequence, e.amount, e.effective_at, e.total_after,
  d.sequence as dated_sequence, d.amount as dated_amount, d.effective_at as dated_at, d.total_after as dated_total
from dated e
full join dated_entries d using (ledger_id, balance_id, version)
where (e.sequence, e.amount, e.effective_at, e.total_after)
  is distinct from (d.sequence, d.amount, d.effective_at, d.total_after)
