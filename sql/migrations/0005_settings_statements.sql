-- What a settings write needs of its session it sets for itself, within its own transaction: through a pooler in transaction mode the
-- next statement may be of another session, and another's be in this one.

-- The first thing of a statement that writes settings: its commit is durable, it waits for no lock longer than 1.5 s, and it
-- ends within 2.5 s although its client has vanished in the middle, so that it never keeps a committer waiting for long.
create function settings_statement() returns boolean
  language sql volatile
  return set_config('synchronous_commit', 'on', true) is not null
    and set_config('lock_timeout', '1500', true) is not null
    and set_config('transaction_timeout', '2500', true) is not null;

-- As before, with that.
create or replace function put_account_settings(
  of_ledger integer, of_address text, new_frozen text, new_metadata jsonb,
  limit_assets text[], overdraft_limits numeric[], max_balances numeric[], if_match text[]
) returns boolean
  language plpgsql as $$
declare
  free_id bigint;
begin
  perform settings_statement();
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
