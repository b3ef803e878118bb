-- Writes the ledgers' counters and chain heads, last in the commit.
-- $1 integer[] ledgers, $2 bigint[] next sequences, $3 bigint[] next balances, $4 timestamptz[] instants of the commit, $5 text[] chain hashes (base64)
update ledgers l
set next_sequence = k.next_sequence, next_balance = k.next_balance, last_posted_at = k.posted_at,
  chain_hash = decode(k.chain_hash, 'base64')
from unnest($1::integer[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::text[])
  as k (id, next_sequence, next_balance, posted_at, chain_hash)
where l.id = k.id
