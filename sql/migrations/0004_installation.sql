-- An installation has an id, made once, and a ledger has one too: both stand in every key in Redis and in every command. A number
-- is given again by a database that was restored, or by another one; these never are.

create function random_uid() returns text
  language sql volatile
  return substr(translate(encode(sha256(uuid_send(gen_random_uuid())), 'base64'), '+/=', 'xyz'), 1, 12);
comment on function random_uid is '12 characters of [A-Za-z0-9], some 71 bits of chance';

insert into settings (name, value) values ('installation', random_uid());

-- The default fills new rows only; those that exist are filled by the next migration, without a lock that others wait for.
alter table ledgers add column uid text collate "C";
alter table ledgers alter column uid set default random_uid();
alter table ledgers add constraint ledgers_uid_present check (uid is not null) not valid;
comment on column ledgers.uid is 'names the ledger everywhere outside this database; never given twice';

drop view ledgers_view;
create view ledgers_view as
  select id, uid, name, accounts, metadata, next_sequence - 1 as sequence, encode(chain_hash, 'hex') as hash,
    instant_text(created_at) as created_at
  from ledgers;
