-- Each balance is the sum of its entries, and what is held of it the sum of its held changes. Its version counts both, an
-- entry and a held change of one move once, from 1 without a gap.
select b.ledger_id, b.address, b.asset, b.posted, c.entered, b.held, c.reserved, b.version, c.versions, c.last
from balances b
left join (
  select ledger_id, balance_id, sum(e.amount) as entered, sum(h.amount) as reserved, count(*) as versions, max(version) as last
  from entries e
  full join held_changes h using (ledger_id, balance_id, version)
  group by ledger_id, balance_id
) c on c.ledger_id = b.ledger_id and c.balance_id = b.id
where b.posted <> coalesce(c.entered, 0)
  or b.held <> coalesce(c.reserved, 0)
  or b.version <> coalesce(c.versions, 0)
  or c.last <> b.version
