-- Stores the number of shards, unless one is stored.
-- $1 text number
insert into settings (name, value) values ('shards', $1::text) on conflict (name) do nothing
