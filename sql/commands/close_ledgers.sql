-- Writes the ledgers' counters and chain heads, last in the commit, and tells the indexer what changed in each.
-- $1 integer[] ledgers, $2 bigint[] first sequences of the commit, $3 bigint[] next sequences, $4 bigint[] next balances,
-- $5 timestamptz[] instants of the commit, $6 text[] chain hashes (base64), $7 text[] of each a text[] literal of
-- the addresses that changed
-- Returns a row for each ledger.
with k as (
  select *
  from unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::text[], $7::text[])
    as k (id, first_sequence, next_sequence, next_balance, posted_at, chain_hash, addresses)
), closed as (
  update ledgers l
  set next_sequence = k.next_sequence, next_balance = k.next_balance, last_posted_at = k.posted_at,
    chain_hash = decode(k.chain_hash, 'base64')
  from k
  where l.id = k.id and l.next_sequence = k.first_sequence
  returning l.id, k.first_sequence, k.next_sequence, k.addresses
)
insert into outbox (ledger_id, first_sequence, last_sequence, addresses)
select id, first_sequence, next_sequence - 1, addresses::text[]
from closed
