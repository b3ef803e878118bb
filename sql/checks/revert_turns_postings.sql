-- A revert moves back what an earlier posted transfer or capture moved: the same postings turned round, the last first, with
-- another amount only where there is one.
select r.ledger_id, r.id, r.target, t.kind, t.status, t.postings, r.postings as back
from transactions r
left join transactions t on t.ledger_id = r.ledger_id and t.id = r.target
left join lateral (
  select jsonb_agg(jsonb_build_array(p.value -> 1, p.value -> 0, p.value -> 2, p.value -> 3) order by p.n desc) as postings
  from jsonb_array_elements(t.postings) with ordinality as p (value, n)
) turned on true
where r.kind = 'revert' and r.status = 'posted' and (
  t.id is null
  or t.kind not in ('transfer', 'capture')
  or t.status <> 'posted'
  or t.sequence > r.sequence
  or case jsonb_array_length(t.postings)
    when 1 then r.postings #- '{0,3}' <> turned.postings #- '{0,3}'
    else r.postings <> turned.postings
  end
)
