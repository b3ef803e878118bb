-- Creates the accounts that a batch used for the first time.
-- $1 integer[] ledgers, $2 text[] addresses, side by side
insert into accounts (ledger_id, address)
select * from unnest($1::integer[], $2::text[])
