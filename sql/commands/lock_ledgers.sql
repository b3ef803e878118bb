-- Locks a batch's ledgers in the order of their ids. Everything else in the commit happens under these locks.
-- $1 integer[] ledgers
-- Returns id, accounts, next_sequence, next_balance, settings_version, chain_hash (base64), posted_at (the instant of this commit: never before the last one).
select id, accounts, next_sequence, next_balance, settings_version, translate(encode(chain_hash, 'base64'), E'\n', '') as chain_hash,
  instant_text(greatest(last_posted_at, clock_timestamp())) as posted_at
from ledgers
where id = any ($1::integer[])
order by id
for update
