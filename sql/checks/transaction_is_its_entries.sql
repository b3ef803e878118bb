-- A posted transaction has two entries for each posting, which cancel out; a rejected one has none.
select t.ledger_id, t.id, t.sequence, t.status, e.entries, e.total
from transactions t
left join (
  select ledger_id, sequence, count(*) as entries, sum(amount) as total
  from entries
  group by ledger_id, sequence
) e on e.ledger_id = t.ledger_id and e.sequence = t.sequence
where coalesce(e.entries, 0) <> case t.status when 'posted' then 2 * jsonb_array_length(t.postings) else 0 end
  or coalesce(e.total, 0) <> 0
