-- Stores what every process must agree on, unless it is stored.
-- $1 text name, $2 text value
insert into settings (name, value) values ($1::text, $2::text) on conflict (name) do nothing
