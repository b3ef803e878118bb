-- Gives a uid to the ledgers from before, and makes uids unique.

update ledgers set uid = random_uid() where uid is null;
alter table ledgers validate constraint ledgers_uid_present;
create unique index ledgers_uid_key on ledgers (uid);
