-- A capture or a revert takes effect no earlier than what it acts on: by effect, too, nothing is taken that is not there yet. Not
-- asked of what was posted before this was a rule.
select t.ledger_id, t.sequence, coalesce(t.effective_at, t.posted_at) as effect, x.sequence as target,
  coalesce(x.effective_at, x.posted_at) as target_effect
from transactions t
join transactions x on x.ledger_id = t.ledger_id and x.id = t.target
where t.kind in ('capture', 'revert') and t.status <> 'rejected'
  and coalesce(t.effective_at, t.posted_at) < coalesce(x.effective_at, x.posted_at)
  and t.posted_at >= (select value::timestamptz from settings where name = 'effects_follow_since')
