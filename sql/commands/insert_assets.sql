-- Fixes the decimal places of asset codes that their ledgers use for the first time.
-- $1 integer[] ledgers, $2 text[] codes, $3 text[] scales, side by side
insert into assets (ledger_id, code, scale)
select * from unnest($1::integer[], $2::text[], $3::text[])
