-- Temporary
-- $1 integer[] ledgers, $2 bigint[] balances, $3 bigint[] versions, $4 bigint[] sequences, $5 timestamptz[] effective, $6 numeric[] amounts
insert into dated_entries (ledger_id, balance_id, version, sequence, effective_at, amount, total_after)
select k.*, 0 from unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::numeric[]) k
