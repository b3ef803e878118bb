-- The scales that limits named before they fixed any: the first one counts. What was set for another, in which nothing was ever
-- posted nor could be, is gone.

insert into assets (ledger_id, code, scale)
  select distinct on (ledger_id, split_part(asset, '/', 1)) ledger_id, split_part(asset, '/', 1), split_part(asset, '/', 2)
  from balances
  order by ledger_id, split_part(asset, '/', 1), version = 0, id
  on conflict do nothing;

-- The ledgers first, as by every other writer; their committers read anew.
update ledgers
  set settings_version = settings_version + 1
  where id in (
    select b.ledger_id
    from balances b
    join assets a on a.ledger_id = b.ledger_id and a.code = split_part(b.asset, '/', 1)
    where b.version = 0 and a.scale <> split_part(b.asset, '/', 2));

delete from balances b
  using assets a
  where a.ledger_id = b.ledger_id and a.code = split_part(b.asset, '/', 1)
    and b.version = 0 and a.scale <> split_part(b.asset, '/', 2);
