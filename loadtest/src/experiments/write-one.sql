-- Stores one transaction of one posting whose place in the ledger is known, with its entries and both balances. The arrays
-- are empty where it was rejected.
-- $1 integer ledger, $2 uuid id, $3 timestamptz accepted, $4 text fingerprint (base64), $5 jsonb postings, $6 jsonb rejection (null: posted),
-- $7 text[] addresses, $8 text[] assets, $9 bigint[] balances, $10 numeric[] signed amounts, $11 numeric[] balances after, $12 bigint[] versions,
-- $13 bigint sequence, $14 timestamptz posted, $15 text hash (base64)
with moves as materialized (
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
  values ($1::integer, $13::bigint, $2::uuid, $3::timestamptz, $14::timestamptz, 'transfer',
    case when $6::jsonb is null then 'posted' else 'rejected' end, decode($4::text, 'base64'), decode($15::text, 'base64'),
    $5::jsonb, $6::jsonb)
)
insert into entries (ledger_id, balance_id, version, sequence, amount, balance_after)
select $1::integer, m.balance_id, m.version, $13::bigint, m.amount, m.balance_after from moves m
