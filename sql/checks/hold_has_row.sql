-- Every hold that was not rejected, and nothing else, has a row in holds, with the sum of its postings (null where they are
-- of several assets).
select ledger_id, id, t.kind, t.status, h.amount, s.amount as sum
from (select * from transactions where status = 'pending' or (status = 'posted' and kind = 'hold')) t
full join holds h using (ledger_id, id)
cross join lateral (
  select case when count(distinct p.value ->> 2) = 1 then sum((p.value ->> 3)::numeric) end as amount
  from jsonb_array_elements(t.postings) as p (value)
) s
where t.kind is distinct from 'hold' or t.status <> 'pending' or h.status is null or h.amount is distinct from s.amount
