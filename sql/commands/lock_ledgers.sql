-- Locks a batch's ledgers in the order of their ids. Everything else in the commit happens under these locks.
-- $1 text[] uids of ledgers
-- Returns id, uid, accounts, next_sequence, next_balance, settings_version, chain_hash (base64), posted_at (the instant of this commit: never before the last one),
-- installation and redis (what the database is bound to).
select id, uid, accounts, next_sequence, next_balance, settings_version, translate(encode(chain_hash, 'base64'), E'\n', '') as chain_hash,
  instant_text(greatest(last_posted_at, clock_timestamp())) as posted_at,
  (select value from settings where name = 'installation') as installation,
  (select value from settings where name = 'redis') as redis
from ledgers
where uid = any ($1::text[])
order by id
for update
