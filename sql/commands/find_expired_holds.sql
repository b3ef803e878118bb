-- Finds open holds whose time has been over for a while, the oldest first, after one that is known already.
-- $1 timestamptz, $2 integer, $3 uuid: that one's instant, ledger and id; $4 bigint how many at most; $5 float8 for how many ms
-- Returns ledger_id, ledger_uid, ledger (its name), id, expires_at, overdue_seconds.
select h.ledger_id, l.uid as ledger_uid, l.name as ledger, h.id, instant_text(h.expires_at) as expires_at,
  extract(epoch from statement_timestamp() - h.expires_at)::float8 as overdue_seconds
from holds h
join ledgers l on l.id = h.ledger_id
-- The instant at which the statement came in is a constant to the planner, which clock_timestamp() is not: no index could be asked for that.
where h.status = 'pending' and h.expires_at <= statement_timestamp() - $5 * interval '1 ms'
  and (h.expires_at, h.ledger_id, h.id) > ($1, $2, $3)
order by h.expires_at, h.ledger_id, h.id
limit $4
