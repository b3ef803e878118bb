-- Each balance equals the sum of its entries, and its version their number; versions run from 1 without a gap.
select b.ledger_id, b.address, b.asset, b.posted, e.total, b.version, e.entries, e.first, e.last
from balances b
left join (
  select ledger_id, balance_id, sum(amount) as total, count(*) as entries, min(version) as first, max(version) as last
  from entries
  group by ledger_id, balance_id
) e on e.ledger_id = b.ledger_id and e.balance_id = b.id
where b.posted <> coalesce(e.total, 0)
  or b.version <> coalesce(e.entries, 0)
  or e.first <> 1
  or e.last <> b.version
