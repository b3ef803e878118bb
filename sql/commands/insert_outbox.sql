-- Tells the indexer what a commit changed in one ledger.
-- $1 integer ledger, $2 bigint first sequence, $3 bigint last sequence, $4 text[] addresses
insert into outbox (ledger_id, first_sequence, last_sequence, addresses)
values ($1::integer, $2::bigint, $3::bigint, $4::text[])
