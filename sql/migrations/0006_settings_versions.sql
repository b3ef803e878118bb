-- Settings are written on condition of the version of the settings, which no posting changes, and a limit fixes the scale of the
-- asset that it names, as a posting does.

-- As before, and names the scale of each asset. API processes of the version before call it.
create or replace function put_account_settings(
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
  insert into assets (ledger_id, code, scale)
    select of_ledger, split_part(l.asset, '/', 1), split_part(l.asset, '/', 2) from unnest(limit_assets) as l (asset)
    on conflict do nothing;
  if names_other_scale(of_ledger, limit_assets) then
    raise exception 'the ledger keeps an asset with another scale';
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

-- Whether one of these assets has another scale than its ledger keeps it with.
create function names_other_scale(of_ledger integer, of_assets text[]) returns boolean
  language sql stable
  return exists (
    select 1
    from unnest(of_assets) as l (asset)
    join assets a on a.ledger_id = of_ledger and a.code = split_part(l.asset, '/', 1)
    where a.scale <> split_part(l.asset, '/', 2));

-- Replaces an account's settings where their version (0: never set) is one of those, and none of these; null: any, and none. Returns
-- 'done', 'version_mismatch', or 'other_scale'; in these cases nothing is changed.
create function write_account_settings(
  of_ledger integer, of_address text, new_frozen text, new_metadata jsonb,
  limit_assets text[], overdraft_limits numeric[], max_balances numeric[], if_versions bigint[], unless_versions bigint[]
) returns text
  language plpgsql as $$
declare
  present bigint;
begin
  perform 1 from ledgers where id = of_ledger for no key update;
  select coalesce(max(version), 0) into present from accounts where ledger_id = of_ledger and address = of_address;
  if not present = any (coalesce(if_versions, array[present])) or present = any (coalesce(unless_versions, '{}')) then
    return 'version_mismatch';
  end if;
  if names_other_scale(of_ledger, limit_assets) then
    return 'other_scale';
  end if;
  perform put_account_settings(
    of_ledger, of_address, new_frozen, new_metadata, limit_assets, overdraft_limits, max_balances, null);
  return 'done';
end $$;
