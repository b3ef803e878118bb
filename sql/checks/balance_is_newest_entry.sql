-- Each balance is what stands on its newest entry, and what is held of it what stands on its newest held change.
select b.ledger_id, b.address, b.asset, b.posted, e.balance_after, b.held, h.held_after
from balances b
left join lateral (
  select balance_after from entries where ledger_id = b.ledger_id and balance_id = b.id order by version desc limit 1
) e on true
left join lateral (
  select held_after from held_changes where ledger_id = b.ledger_id and balance_id = b.id order by version desc limit 1
) h on true
where b.posted <> coalesce(e.balance_after, 0) or b.held <> coalesce(h.held_after, 0)
