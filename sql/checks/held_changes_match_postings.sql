-- A hold reserves its postings at their sources; a capture, release or expiry frees its own. The capture that closes a hold
-- frees also what it leaves.
with acts as (
  select t.ledger_id, t.sequence, t.kind, coalesce(t.target, t.id) as hold, p.value ->> 0 as address, p.value ->> 2 as asset,
    sum((p.value ->> 3)::numeric) as amount
  from transactions t
  cross join lateral jsonb_array_elements(t.postings) as p (value)
  where t.status <> 'rejected' and t.kind in ('hold', 'capture', 'release', 'expiry')
  group by t.ledger_id, t.sequence, t.kind, coalesce(t.target, t.id), p.value ->> 0, p.value ->> 2
), acts_in_order as (
  select *, sum(case kind when 'hold' then amount else -amount end) over w as rest
  from acts
  window w as (partition by ledger_id, hold, address, asset order by sequence)
), expected as (
  select a.ledger_id, a.sequence, a.address, a.asset, case
      when a.kind = 'hold' then a.amount
      when a.kind = 'capture' and h.status = 'posted' and h.changed = a.sequence then -a.amount - a.rest
      else -a.amount
    end as amount
  from acts_in_order a
  left join holds h on h.ledger_id = a.ledger_id and h.id = a.hold
), changed as (
  select c.ledger_id, c.sequence, b.address, b.asset, sum(c.amount) as amount
  from held_changes c
  join balances b on b.ledger_id = c.ledger_id and b.id = c.balance_id
  group by c.ledger_id, c.sequence, b.address, b.asset
)
select ledger_id, sequence, address, asset, e.amount as expected, c.amount as found
from expected e
full join changed c using (ledger_id, sequence, address, asset)
where e.amount is distinct from c.amount
