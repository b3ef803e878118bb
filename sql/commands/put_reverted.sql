-- Writes how much of each transaction is reverted.
-- $1 integer[] ledgers, $2 uuid[] ids, $3 numeric[] amounts (null: of several assets), $4 bigint[] sequences of the last change
insert into reverted as r (ledger_id, id, amount, changed)
select * from unnest($1::integer[], $2::uuid[], $3::numeric[], $4::bigint[])
on conflict (ledger_id, id) do update
  set amount = excluded.amount, changed = excluded.changed
