-- The entries of each transaction move exactly what its postings say, account by account; what only reserves or frees has
-- none.
with moved as (
  select t.ledger_id, t.sequence, side.address, p.value ->> 2 as asset, sum(side.sign * (p.value ->> 3)::numeric) as amount
  from transactions t
  cross join lateral jsonb_array_elements(t.postings) as p (value)
  cross join lateral (values (p.value ->> 0, -1), (p.value ->> 1, 1)) as side (address, sign)
  where t.status = 'posted' and t.kind in ('transfer', 'capture', 'revert')
  group by t.ledger_id, t.sequence, side.address, p.value ->> 2
), entered as (
  select e.ledger_id, e.sequence, b.address, b.asset, sum(e.amount) as amount
  from entries e
  join balances b on b.ledger_id = e.ledger_id and b.id = e.balance_id
  group by e.ledger_id, e.sequence, b.address, b.asset
)
select *
from moved m
full join entered e using (ledger_id, sequence, address, asset)
where m.amount is distinct from e.amount
