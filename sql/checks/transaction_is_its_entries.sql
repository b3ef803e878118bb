-- A posted transfer, capture or revert has two entries for each posting, which cancel out; every other transaction has none.
select t.ledger_id, t.id, t.sequence, t.kind, t.status, e.entries, e.total
from transactions t
left join (
  select ledger_id, sequence, count(*) as entries, sum(amount) as total
  from entries
  group by ledger_id, sequence
) e on e.ledger_id = t.ledger_id and e.sequence = t.sequence
where coalesce(e.total, 0) <> 0
  or coalesce(e.entries, 0) <> case
    when t.status = 'posted' and t.kind in ('transfer', 'capture', 'revert') then 2 * jsonb_array_length(t.postings)
    else 0
  end
