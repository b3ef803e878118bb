-- Holds, reverts, the scale of assets, and what past balances are computed from.

-- A transaction's row never changes: what becomes of it later is in holds and reverted.
alter table transactions
  drop constraint transactions_kind_check,
  drop constraint transactions_status_check,
  add constraint transactions_kind_check
    check (kind in ('transfer', 'hold', 'capture', 'release', 'expiry', 'revert')),
  add constraint transactions_status_check check (status in ('pending', 'posted', 'rejected'));
comment on column transactions.status is 'as of its own sequence; what a hold became is in holds';
comment on column transactions.target is 'what a capture, release, expiry or revert acts on';

-- What became of each hold that was not rejected. Its postings are those of its transaction; one with several is captured
-- whole or not at all.
create table holds (
  ledger_id integer not null,
  id uuid not null,
  status text not null check (status in ('pending', 'posted', 'released', 'expired')),
  expires_at timestamptz not null,
  amount numeric,
  captured numeric not null default 0 check (captured >= 0),
  changed bigint not null,
  primary key (ledger_id, id),
  check (captured <= amount)
) with (fillfactor = 70);
comment on column holds.amount is 'the sum of its postings; null where they are of several assets';
comment on column holds.changed is 'the sequence of the last transaction that changed it';
-- For the sweeper.
create index holds_by_expiry on holds (expires_at) where status = 'pending';

-- How much of a transaction was reverted; one with several postings is reverted whole or not at all.
create table reverted (
  ledger_id integer not null,
  id uuid not null,
  amount numeric check (amount > 0),
  changed bigint not null,
  primary key (ledger_id, id)
);
comment on column reverted.amount is 'null where its postings are of several assets';

-- The decimal places of each asset code, fixed when something is first posted or held in it.
create table assets (
  ledger_id integer not null,
  code text collate "C" not null,
  scale text collate "C" not null check (scale ~ '^[0-9]{1,2}$'),
  primary key (ledger_id, code)
);
comment on column assets.scale is 'as it is written: BRL/02 is not BRL/2';
insert into assets (ledger_id, code, scale)
  select distinct on (ledger_id, split_part(asset, '/', 1)) ledger_id, split_part(asset, '/', 1), split_part(asset, '/', 2)
  from balances
  where version > 0
  order by ledger_id, split_part(asset, '/', 1), id;

-- The changes of what is held. Versions of a balance count both these and its entries: a capture makes one of each.
create table held_changes (
  ledger_id integer not null,
  balance_id bigint not null,
  version bigint not null check (version > 0),
  sequence bigint not null,
  amount numeric(38, 0) not null check (amount <> 0),
  held_after numeric(38, 0) not null check (held_after >= 0),
  primary key (ledger_id, balance_id, version)
);

-- Entries whose effect is dated otherwise than their posting, with the running total of such entries of their balance.
create table dated_entries (
  ledger_id integer not null,
  balance_id bigint not null,
  version bigint not null,
  sequence bigint not null,
  effective_at timestamptz not null,
  amount numeric(38, 0) not null,
  total_after numeric not null,
  primary key (ledger_id, balance_id, version)
);

-- The same entries added up by the instant of their effect: in microseconds since 1970 (level 0), and in spans of 2^12,
-- 2^24 and 2^36 of them (levels 1 to 3). What took effect up to an instant is the sum of at most some thousand rows,
-- however many entries there are.
create table dated_totals (
  ledger_id integer not null,
  balance_id bigint not null,
  level smallint not null,
  span bigint not null,
  total numeric not null,
  primary key (ledger_id, balance_id, level, span)
) with (fillfactor = 70);

-- What was posted before with a date of its own.
insert into dated_entries (ledger_id, balance_id, version, sequence, effective_at, amount, total_after)
  select e.ledger_id, e.balance_id, e.version, e.sequence, t.effective_at, e.amount,
    sum(e.amount) over (partition by e.ledger_id, e.balance_id order by e.version)
  from transactions t
  join entries e on e.ledger_id = t.ledger_id and e.sequence = t.sequence
  where t.effective_at is not null;
insert into dated_totals (ledger_id, balance_id, level, span, total)
  select d.ledger_id, d.balance_id, l.level, (extract(epoch from d.effective_at) * 1000000)::bigint >> (12 * l.level),
    sum(d.amount)
  from dated_entries d
  cross join generate_series(0, 3) as l (level)
  group by 1, 2, 3, 4;

drop view transactions_view;
create view transactions_view as
  select t.ledger_id, t.id, t.kind, coalesce(h.status, t.status) as status, t.target, t.postings, t.description, t.reference,
    t.metadata, t.rejection, t.sequence,
    instant_text(t.accepted_at) as accepted_at, instant_text(t.posted_at) as posted_at,
    instant_text(coalesce(t.effective_at, t.posted_at)) as effective_at,
    translate(encode(t.fingerprint, 'base64'), E'\n', '') as fingerprint,
    greatest(t.sequence, h.changed, r.changed) as version,
    instant_text(h.expires_at) as hold_expires_at, h.amount::text as hold_amount,
    case when h.amount is not null then h.captured::text end as hold_captured,
    case when h.status = 'pending' then (h.amount - h.captured)::text when h.amount is not null then '0' end as hold_remaining,
    case when r.id is null then '0' else r.amount::text end as reverted_amount
  from transactions t
  left join holds h on h.ledger_id = t.ledger_id and h.id = t.id
  left join reverted r on r.ledger_id = t.ledger_id and r.id = t.id;

create view assets_view as
  select ledger_id, code, scale from assets;
