-- The balance on each entry is the one on the entry before plus its amount, and sequences never run back.
select * from (
  select ledger_id, balance_id, version, amount, balance_after, sequence,
    coalesce(lag(balance_after) over w, 0) as before,
    coalesce(lag(sequence) over w, 0) as sequence_before
  from entries
  window w as (partition by ledger_id, balance_id order by version)
) e
where balance_after <> before + amount or sequence < sequence_before
