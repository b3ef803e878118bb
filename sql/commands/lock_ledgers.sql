-- Locks a batch's ledgers in the order of their ids. Everything else in the commit happens under these locks.
-- $1 text[] uids of ledgers
-- Returns id, uid, name, accounts, next_sequence, next_balance, settings_version, chain_hash (base64), posted_at (the instant of this commit: never before the last one),
-- now_ms (Postgres's time), ahead_seconds (how far the last posting lies ahead of it), ahead_seconds_max (how far it may, if an operator
-- has decided on it), installation and redis (what the database is bound to).
select id, uid, name, accounts, next_sequence, next_balance, settings_version,
  translate(encode(chain_hash, 'base64'), E'\n', '') as chain_hash,
  instant_text(greatest(last_posted_at, clock_timestamp())) as posted_at,
  extract(epoch from clock_timestamp())::float8 * 1000 as now_ms,
  greatest(extract(epoch from last_posted_at - clock_timestamp()), 0)::float8 as ahead_seconds,
  (select value from settings where name = 'posted_at_ahead_seconds_max') as ahead_seconds_max,
  (select value from settings where name = 'installation') as installation,
  (select value from settings where name = 'redis') as redis
from ledgers
where uid = any ($1::text[])
order by id
for update
