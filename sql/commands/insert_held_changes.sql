-- Stores what a batch reserved and freed.
-- $1 integer[] ledgers, $2 bigint[] balances, $3 bigint[] versions, $4 bigint[] sequences, $5 numeric[] signed amounts, $6 numeric[] held after
insert into held_changes (ledger_id, balance_id, version, sequence, amount, held_after)
select * from unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[], $5::numeric[], $6::numeric[])
