-- Stores both sides of every posting of a batch.
-- $1 integer[] ledgers, $2 bigint[] balances, $3 bigint[] versions, $4 bigint[] sequences, $5 numeric[] signed amounts, $6 numeric[] balances after
insert into entries (ledger_id, balance_id, version, sequence, amount, balance_after)
select * from unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[], $5::numeric[], $6::numeric[])
