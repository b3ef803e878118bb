-- What is reverted of each transaction is the sum of its reverts (null where that is of several assets), the last of which
-- changed it last: never more than it moved, and only once where it has several postings.
with moved as (
  select t.ledger_id, t.id, jsonb_array_length(t.postings) as postings,
    case when count(distinct p.value ->> 2) = 1 then sum((p.value ->> 3)::numeric) end as amount
  from transactions t
  cross join lateral jsonb_array_elements(t.postings) as p (value)
  where (t.ledger_id, t.id) in (select ledger_id, target from transactions where kind = 'revert' and status = 'posted')
  group by t.ledger_id, t.id
), back as (
  select t.ledger_id, t.target as id, count(distinct t.sequence) as reverts, max(t.sequence) as last,
    case when count(distinct p.value ->> 2) = 1 then sum((p.value ->> 3)::numeric) end as amount
  from transactions t
  cross join lateral jsonb_array_elements(t.postings) as p (value)
  where t.kind = 'revert' and t.status = 'posted'
  group by t.ledger_id, t.target
)
select ledger_id, id, r.amount, r.changed, b.amount as reverts, b.last, m.amount as moved
from back b
full join reverted r using (ledger_id, id)
left join moved m using (ledger_id, id)
where r.amount is distinct from b.amount
  or r.changed is distinct from b.last
  or b.amount > m.amount
  or (m.postings > 1 and b.reverts > 1)
