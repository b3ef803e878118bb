-- What is held of each balance is what the open holds on it have left.
with open as (
  select h.ledger_id, p.value ->> 0 as address, p.value ->> 2 as asset, sum((p.value ->> 3)::numeric - h.captured) as amount
  from holds h
  join transactions t on t.ledger_id = h.ledger_id and t.id = h.id
  cross join lateral jsonb_array_elements(t.postings) as p (value)
  where h.status = 'pending'
  group by h.ledger_id, p.value ->> 0, p.value ->> 2
)
select ledger_id, address, asset, b.held, o.amount
from balances b
full join open o using (ledger_id, address, asset)
where coalesce(b.held, 0) <> coalesce(o.amount, 0)
