-- Creates the balances that a batch used for the first time, as they are after it. The outside has no lower limit.
-- $1 integer[] ledgers, $2 text[] addresses, $3 text[] assets, $4 bigint[] ids, $5 numeric[] posted, $6 numeric[] held,
-- $7 bigint[] versions
insert into balances (ledger_id, address, asset, id, posted, held, version, overdraft_limit)
select k.*, case when k.address = 'world' then null else 0 end
from unnest($1::integer[], $2::text[], $3::text[], $4::bigint[], $5::numeric[], $6::numeric[], $7::bigint[])
  as k (ledger_id, address, asset, id, posted, held, version)
