-- What is held after each held change is what was held before plus its amount.
select * from (
  select ledger_id, balance_id, version, amount, held_after, coalesce(lag(held_after) over w, 0) as before
  from held_changes
  window w as (partition by ledger_id, balance_id order by version)
) h
where held_after <> before + amount
