--! no-transaction
-- Gives a uid to the ledgers from before, and makes uids unique.

update ledgers set uid = random_uid() where uid is null;
alter table ledgers validate constraint ledgers_uid_present;
drop index concurrently if exists ledgers_uid_key;
create unique index concurrently ledgers_uid_key on ledgers (uid);
