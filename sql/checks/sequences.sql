-- Per ledger the sequences run from 1 to the ledger's last without a gap, and posted_at never runs back.
select ledger_id, sequence, 'gap or time' as fault
from (
  select ledger_id, sequence, posted_at,
    lag(sequence, 1, 0::bigint) over w as before,
    lag(posted_at) over w as posted_before
  from transactions
  window w as (partition by ledger_id order by sequence)
) t
where sequence <> before + 1 or posted_at < posted_before
union all
select l.id, l.next_sequence, 'last'
from ledgers l
left join (select ledger_id, max(sequence) as last, max(posted_at) as posted_at from transactions group by ledger_id) t
  on t.ledger_id = l.id
where l.next_sequence <> coalesce(t.last, 0) + 1 or l.last_posted_at is distinct from t.posted_at
