-- A hold is what the last transaction that acted on it made of it: captures leave it open or close it, one release or expiry
-- ends it, and nothing acts on it after that.
with acts as (
  select ledger_id, target, max(sequence) as last, count(*) filter (where kind = 'capture') as captures,
    count(*) filter (where kind <> 'capture') as ends
  from transactions
  where status = 'posted' and kind in ('capture', 'release', 'expiry')
  group by ledger_id, target
)
select h.ledger_id, h.id, h.status, h.changed, last.kind, a.last, a.captures, a.ends
from holds h
join transactions t on t.ledger_id = h.ledger_id and t.id = h.id
left join acts a on a.ledger_id = h.ledger_id and a.target = h.id
left join transactions last on last.ledger_id = h.ledger_id and last.sequence = coalesce(a.last, t.sequence)
where h.changed <> last.sequence
  or coalesce(a.ends, 0) <> case when h.status in ('released', 'expired') then 1 else 0 end
  or not last.kind = any (case h.status
    when 'pending' then array['hold', 'capture']
    when 'posted' then array['capture']
    when 'released' then array['release']
    when 'expired' then array['expiry']
  end)
  or (h.status = 'pending' and a.captures > 0 and (h.amount is null or h.captured = h.amount))
