--! breaking: the first schema

-- What every process must agree on, such as the number of shards.
create table settings (
  name text primary key,
  value text not null
);

-- One book: the unit of order and of isolation. Its row is locked first and written last by every writer of the ledger,
-- so that sequences are gapless and in commit order.
create table ledgers (
  id integer generated always as identity primary key,
  name text collate "C" not null unique check (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  accounts text not null check (accounts in ('auto', 'explicit')),
  metadata jsonb not null default '{}',
  next_sequence bigint not null default 1 check (next_sequence > 0),
  next_balance bigint not null default 1 check (next_balance > 0),
  settings_version bigint not null default 0,
  last_posted_at timestamptz,
  chain_hash bytea not null default decode(repeat('00', 32), 'hex') check (octet_length(chain_hash) = 32),
  created_at timestamptz not null default clock_timestamp()
) with (fillfactor = 50);
comment on column ledgers.settings_version is 'rises with every change of an account''s settings';

create table accounts (
  ledger_id integer not null,
  address text collate "C" not null,
  frozen text not null default 'none' check (frozen in ('none', 'debit', 'credit', 'both')),
  metadata jsonb not null default '{}',
  version bigint not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  primary key (ledger_id, address)
);

-- One balance per account and asset, in minor units. The version counts its entries. Room is left in each page, so that
-- an update stays there and touches no index.
create table balances (
  ledger_id integer not null,
  address text collate "C" not null,
  asset text collate "C" not null,
  id bigint not null,
  posted numeric(38, 0) not null default 0,
  held numeric(38, 0) not null default 0 check (held >= 0),
  overdraft_limit numeric(38, 0) default 0 check (overdraft_limit >= 0),
  max_balance numeric(38, 0) check (max_balance >= 0),
  version bigint not null default 0,
  primary key (ledger_id, address, asset)
) with (fillfactor = 60);
comment on column balances.overdraft_limit is 'how far below zero the balance may go; null: without limit';
comment on column balances.id is 'numbered within its ledger; entries refer to it';

-- Every outcome, rejections too. The primary key is what makes a write happen once, for ever.
create table transactions (
  ledger_id integer not null,
  sequence bigint not null,
  id uuid not null,
  accepted_at timestamptz not null,
  posted_at timestamptz not null,
  effective_at timestamptz,
  target uuid,
  kind text not null check (kind in ('transfer')),
  status text not null check (status in ('posted', 'rejected')),
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  hash bytea not null check (octet_length(hash) = 32),
  postings jsonb not null,
  description text,
  reference text,
  metadata jsonb,
  rejection jsonb,
  primary key (ledger_id, id),
  unique (ledger_id, sequence),
  check ((status = 'rejected') = (rejection is not null))
);
comment on column transactions.postings is 'array of [source, destination, asset, amount as text]';
-- Ledgers differ too much in size for an average: were most of them small when the table was last analyzed, a plan would
-- look for ids in a big one by walking all its sequences. Without statistics it goes by the primary key.
alter table transactions alter column ledger_id set statistics 0;

-- One account's side of a posting. Ordered by version within its balance: a statement, and any past balance, is one walk
-- of the primary key.
create table entries (
  ledger_id integer not null,
  balance_id bigint not null,
  version bigint not null check (version > 0),
  sequence bigint not null,
  amount numeric(38, 0) not null check (amount <> 0),
  balance_after numeric(38, 0) not null,
  primary key (ledger_id, balance_id, version)
);

-- One row for each ledger a commit changed; the indexer deletes it when the search index has what it names.
create table outbox (
  id bigint generated always as identity primary key,
  ledger_id integer not null,
  first_sequence bigint not null,
  last_sequence bigint not null,
  addresses text[] not null,
  created_at timestamptz not null default clock_timestamp()
);

-- RFC 3339 in UTC to the microsecond: pg's own parsing into a Date would drop digits.
create function instant_text(at timestamptz) returns text
  language sql immutable strict parallel safe
  return to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

-- Identifies one state of an account: its settings and every balance.
create function account_etag(of_ledger integer, of_address text) returns text
  language sql stable parallel safe
  return (
    select encode(sha256(convert_to(
      coalesce((select a.version from accounts a where a.ledger_id = of_ledger and a.address = of_address), 0)
        || coalesce(string_agg(';' || b.asset || ':' || b.version, '' order by b.asset), ''), 'UTF8')), 'hex')
    from balances b
    where b.ledger_id = of_ledger and b.address = of_address);

-- Replaces an account's settings, in one statement of the caller. Limits that are not named go back to their defaults.
-- The ledger's row is locked first, as by the committer: a freeze that was answered is seen by every later commit, and
-- the two can never wait for each other. Returns false where if_match names another state than the present one.
create function put_account_settings(
  of_ledger integer, of_address text, new_frozen text, new_metadata jsonb,
  limit_assets text[], overdraft_limits numeric[], max_balances numeric[], if_match text[]
) returns boolean
  language plpgsql as $$
declare
  free_id bigint;
begin
  select next_balance into strict free_id from ledgers where id = of_ledger for no key update;
  perform 1 from accounts where ledger_id = of_ledger and address = of_address for no key update;
  perform 1 from balances where ledger_id = of_ledger and address = of_address order by id for no key update;
  if if_match is not null and not account_etag(of_ledger, of_address) = any (if_match) then
    return false;
  end if;
  insert into accounts as a (ledger_id, address, frozen, metadata)
    values (of_ledger, of_address, new_frozen, new_metadata)
    on conflict (ledger_id, address) do update
      set frozen = excluded.frozen, metadata = excluded.metadata, version = a.version + 1;
  update balances
    set overdraft_limit = case when of_address = 'world' then null else 0 end, max_balance = null
    where ledger_id = of_ledger and address = of_address and not asset = any (limit_assets);
  insert into balances (ledger_id, address, asset, id, overdraft_limit, max_balance)
    select of_ledger, of_address, l.asset, free_id + l.n - 1, l.overdraft_limit, l.max_balance
    from unnest(limit_assets, overdraft_limits, max_balances) with ordinality
      as l (asset, overdraft_limit, max_balance, n)
    order by l.asset
    on conflict (ledger_id, address, asset) do update
      set overdraft_limit = excluded.overdraft_limit, max_balance = excluded.max_balance;
  update ledgers
    set next_balance = free_id + cardinality(limit_assets), settings_version = settings_version + 1
    where id = of_ledger;
  return true;
end $$;

-- Reads go through views; numbers that may exceed 2^53 and instants are text.
create view ledgers_view as
  select id, name, accounts, metadata, next_sequence - 1 as sequence, encode(chain_hash, 'hex') as hash,
    instant_text(created_at) as created_at
  from ledgers;

create view accounts_view as
  select ledger_id, address, frozen, metadata, version, account_etag(ledger_id, address) as etag
  from accounts;

create view balances_view as
  select ledger_id, address, asset, posted::text as posted, held::text as held, (posted - held)::text as available,
    overdraft_limit::text as overdraft_limit, max_balance::text as max_balance, version
  from balances;

create view transactions_view as
  select ledger_id, id, kind, status, target, postings, description, reference, metadata, rejection, sequence,
    instant_text(accepted_at) as accepted_at, instant_text(posted_at) as posted_at,
    instant_text(coalesce(effective_at, posted_at)) as effective_at,
    translate(encode(fingerprint, 'base64'), E'\n', '') as fingerprint
  from transactions;
