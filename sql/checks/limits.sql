-- No transaction takes a balance below what its overdraft limit allows, or lifts it above its maximum, but a revert, which
-- may have been forced. Asked of accounts whose settings are as they were first: limits that came later bind nothing earlier.
with changes as (
  select ledger_id, balance_id, coalesce(e.sequence, h.sequence) as sequence,
    sum(coalesce(e.amount, 0)) as posted, sum(coalesce(e.amount, 0) - coalesce(h.amount, 0)) as available
  from entries e
  full join held_changes h using (ledger_id, balance_id, version)
  group by ledger_id, balance_id, coalesce(e.sequence, h.sequence)
), states as (
  select *, sum(posted) over w as posted_after, sum(available) over w as available_after
  from changes
  window w as (partition by ledger_id, balance_id order by sequence)
), limited as materialized (
  select b.*
  from balances b
  join accounts a on a.ledger_id = b.ledger_id and a.address = b.address
  where a.version = 1
)
-- Materialized, or a planner without statistics joins every account of the ledger to every state.
select b.ledger_id, b.address, b.asset, s.sequence, s.available_after, b.overdraft_limit, s.posted_after, b.max_balance
from states s
join limited b on b.ledger_id = s.ledger_id and b.id = s.balance_id
join transactions t on t.ledger_id = s.ledger_id and t.sequence = s.sequence and t.kind <> 'revert'
where (s.available < 0 and s.available_after < -b.overdraft_limit and b.address <> 'world')
  or (s.posted > 0 and s.posted_after > b.max_balance)
