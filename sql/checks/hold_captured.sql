-- What is captured of each hold is the sum of its captures (0 where that is of several assets), never more than its amount.
select h.ledger_id, h.id, h.amount, h.captured, c.amount as captures
from holds h
left join (
  select t.ledger_id, t.target, sum((p.value ->> 3)::numeric) as amount
  from transactions t
  cross join lateral jsonb_array_elements(t.postings) as p (value)
  where t.kind = 'capture' and t.status = 'posted'
  group by t.ledger_id, t.target
) c on c.ledger_id = h.ledger_id and c.target = h.id
where h.captured <> case when h.amount is null then 0 else coalesce(c.amount, 0) end
  or h.captured > h.amount
