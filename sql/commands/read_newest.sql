-- The newest transaction that a client sent in each of the ledgers that posted last.
-- $1 bigint, how many ledgers at most
-- Returns uid, name, sequence (of the ledger's last transaction), id. No row for a ledger whose last thousand are all expiries.
select l.uid, l.name, l.next_sequence - 1 as sequence, t.id
from (select * from ledgers where last_posted_at is not null order by last_posted_at desc limit $1) as l
cross join lateral (
  select t.id
  from transactions t
  where t.ledger_id = l.id and t.sequence > l.next_sequence - 1000 and t.kind <> 'expiry'
  order by t.sequence desc
  limit 1
) as t
