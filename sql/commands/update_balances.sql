-- Writes the balances that a batch changed, each once. A row whose version is not the one the batch was computed from is
-- left alone: the caller compares the number of rows and takes the whole commit back.
-- $1 integer[] ledgers, $2 text[] addresses, $3 text[] assets, $4 bigint[] versions before, $5 numeric[] posted,
-- $6 numeric[] held, $7 bigint[] versions
update balances b
set posted = k.posted, held = k.held, version = k.version
from unnest($1::integer[], $2::text[], $3::text[], $4::bigint[], $5::numeric[], $6::numeric[], $7::bigint[])
  as k (ledger_id, address, asset, version_before, posted, held, version)
where b.ledger_id = k.ledger_id and b.address = k.address and b.asset = k.asset and b.version = k.version_before
