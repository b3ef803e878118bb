-- The same as write-one.sql, with the next sequence, instant and link from the ledger's row, which it locks as late as it
-- can: only until the commit is on disk.
-- $1 to $12 as in write-one.sql, $13 text code of the rejection ('': posted)
with instant as materialized (
  select clock_timestamp() as now
), ledger as (
  update ledgers l
  set next_sequence = l.next_sequence + 1,
    last_posted_at = greatest(l.last_posted_at, i.now),
    chain_hash = sha256(l.chain_hash || uuid_send($2::uuid) || decode($4::text, 'base64') || convert_to(
      l.next_sequence || '|transfer|' || $13::text || '|' || instant_text(greatest(l.last_posted_at, i.now)), 'UTF8'))
  from instant i
  where l.id = $1::integer
  returning l.next_sequence - 1 as sequence, l.last_posted_at as posted_at, l.chain_hash as hash
), moves as materialized (
  select *
  from unnest($7::text[], $8::text[], $9::bigint[], $10::numeric[], $11::numeric[], $12::bigint[])
    as m (address, asset, balance_id, amount, balance_after, version)
), moved as (
  update balances b
  set posted = m.balance_after, version = m.version
  from moves m
  where b.ledger_id = $1::integer and b.address = m.address and b.asset = m.asset
), stored as (
  insert into transactions (ledger_id, sequence, id, accepted_at, posted_at, kind, status, fingerprint, hash, postings, rejection)
  select $1::integer, l.sequence, $2::uuid, $3::timestamptz, l.posted_at, 'transfer',
    case when $6::jsonb is null then 'posted' else 'rejected' end, decode($4::text, 'base64'), l.hash, $5::jsonb, $6::jsonb
  from ledger l
)
insert into entries (ledger_id, balance_id, version, sequence, amount, balance_after)
select $1::integer, m.balance_id, m.version, l.sequence, m.amount, m.balance_after from moves m, ledger l
