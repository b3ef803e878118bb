-- Settings are written on condition of the version of the settings, which no posting changes, and a limit fixes the scale of the
-- asset that it names, as a posting does.

-- What it was is called by what takes its place.
alter function put_account_settings(integer, text, text, jsonb, text[], numeric[], numeric[], text[])
  rename to replace_account_settings;

-- Whether one of these assets has another scale than its ledger keeps it with.
create function names_other_scale(of_ledger integer, of_assets text[]) returns boolean
  language sql stable
  return exists (
    select 1
    from unnest(of_assets) as l (asset)
    join assets a on a.ledger_id = of_ledger and a.code = split_part(l.asset, '/', 1)
    where a.scale <> split_part(l.asset, '/', 2));

-- As before, and fixes the scale of each asset. API processes of the version before call it.
create function put_account_settings(
  of_ledger integer, of_address text, new_frozen text, new_metadata jsonb,
  limit_assets text[], overdraft_limits numeric[], max_balances numeric[], if_match text[]
) returns boolean
  language plpgsql as $$
begin
  if not replace_account_settings(
    of_ledger, of_address, new_frozen, new_metadata, limit_assets, overdraft_limits, max_balances, if_match) then
    return false;
  end if;
  insert into assets (ledger_id, code, scale)
    select of_ledger, split_part(l.asset, '/', 1), split_part(l.asset, '/', 2) from unnest(limit_assets) as l (asset)
    on conflict do nothing;
  if names_other_scale(of_ledger, limit_assets) then
    raise exception 'the ledger keeps an asset with another scale';
  end if;
  return true;
end $$;

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
