-- Stores the entries of a batch whose effect has a date of its own, with their running totals, and adds them to the totals of
-- the spans of time in which they take effect.
-- $1 integer[] ledgers, $2 bigint[] balances, $3 bigint[] versions, $4 bigint[] sequences, $5 timestamptz[] effective,
-- $6 numeric[] signed amounts, side by side
with k as (
  select *
  from unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::numeric[])
    as k (ledger_id, balance_id, version, sequence, effective_at, amount)
), totals as (
  insert into dated_totals as t (ledger_id, balance_id, level, span, total)
  select k.ledger_id, k.balance_id, l.level, s.span, sum(k.amount)
  from k
  cross join (values (0), (1), (2), (3)) as l (level)
  cross join lateral (select (extract(epoch from k.effective_at) * 1000000)::bigint >> (12 * l.level)) as s (span)
  group by k.ledger_id, k.balance_id, l.level, s.span
  on conflict (ledger_id, balance_id, level, span) do update
    set total = t.total + excluded.total
)
insert into dated_entries (ledger_id, balance_id, version, sequence, effective_at, amount, total_after)
select k.ledger_id, k.balance_id, k.version, k.sequence, k.effective_at, k.amount,
  coalesce(before.total_after, 0) + sum(k.amount) over (partition by k.ledger_id, k.balance_id order by k.version)
from k
left join lateral (
  select d.total_after
  from dated_entries d
  where d.ledger_id = k.ledger_id and d.balance_id = k.balance_id
  order by d.version desc
  limit 1
) as before on true
