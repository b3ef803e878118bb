-- Writes the counter and the chain's head of a ledger after a batch that was stored one by one.
-- $1 integer ledger, $2 bigint next sequence, $3 timestamptz instant of the commit, $4 text hash (base64)
update ledgers
set next_sequence = $2::bigint, last_posted_at = $3::timestamptz, chain_hash = decode($4::text, 'base64')
where id = $1::integer
