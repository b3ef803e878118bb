-- Creates a ledger, or sets the metadata of the one that has the name. No row where that one keeps other accounts, or where it has to be new.
-- $1 text name, $2 text accounts ('auto', 'explicit'; null: 'auto' for a new one, as it is for an old one),
-- $3 jsonb metadata (null: {} or as it is), $4 boolean: only a new one
-- Returns id, created (boolean).
insert into ledgers as l (name, accounts, metadata)
select $1::text, coalesce($2::text, 'auto'), coalesce($3::jsonb, '{}')
-- Before the row is looked for, and waited for.
from settings_statement() as s (is_set)
where s.is_set
on conflict (name) do update
  set metadata = coalesce($3::jsonb, l.metadata)
  where ($2::text is null or l.accounts = $2::text) and not $4::boolean
returning id, (xmax = 0) as created
