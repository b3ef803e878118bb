-- Replaces an account's settings.
-- $1 text uid of the ledger, $2 text address, $3 text frozen, $4 jsonb metadata, $5 text[] assets with limits,
-- $6 numeric[] their overdraft limits (null: none), $7 numeric[] their maximum balances (null: none),
-- $8 bigint[] acceptable versions of the settings (0: never set; null: any), $9 bigint[] those that are not (null: none)
-- Returns outcome ('done', 'version_mismatch', 'other_scale'). No row where there is no such ledger.
select write_account_settings(
    id, $2::text, $3::text, $4::jsonb, $5::text[], $6::numeric[], $7::numeric[], $8::bigint[], $9::bigint[]) as outcome
-- Before the rows are waited for.
from ledgers, settings_statement() as s (is_set)
where s.is_set and uid = $1::text
