-- Creates the holds of a batch, as they are after it.
-- $1 integer[] ledgers, $2 uuid[] ids, $3 text[] statuses, $4 timestamptz[] expiries, $5 numeric[] amounts (null: of several
-- assets), $6 numeric[] captured, $7 bigint[] sequences of the last change
insert into holds (ledger_id, id, status, expires_at, amount, captured, changed)
select * from unnest($1::integer[], $2::uuid[], $3::text[], $4::timestamptz[], $5::numeric[], $6::numeric[], $7::bigint[])
