-- The dated totals add up the dated entries by the span of each level in which they take effect: 2^(12 * level) microseconds,
-- counted from 1970.
with dated as (
  select ledger_id, balance_id, amount, (extract(epoch from effective_at) * 1000000)::bigint as micros
  from dated_entries
), spans as (
  select d.ledger_id, d.balance_id, l.level, d.micros >> (12 * l.level) as span, sum(d.amount) as total
  from dated d
  cross join generate_series(0, 3) as l (level)
  group by d.ledger_id, d.balance_id, l.level, d.micros >> (12 * l.level)
)
select ledger_id, balance_id, level, span, s.total, d.total as stored
from spans s
full join dated_totals d using (ledger_id, balance_id, level, span)
where coalesce(s.total, 0) <> coalesce(d.total, 0)
