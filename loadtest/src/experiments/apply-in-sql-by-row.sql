-- The rules of a transfer as a function in Postgres that works through a batch row by row, statement by statement, as one
-- writes it first. One posting a command; nothing for texts, metadata and the outbox, all in its favour.
-- Its statements run once for each command, so they are planned once; every table is looked up by its primary key.
create function apply_in_sql(
  of_ledger integer, ids uuid[], accepted timestamptz[], fingerprints text[], sources text[], destinations text[],
  assets text[], amounts numeric[]
) returns table (place bigint, sequence bigint, status text, rejection jsonb)
  language plpgsql
  set plan_cache_mode = force_generic_plan
  as $$
#variable_conflict use_column
declare
  ledger_accounts text;
  free_sequence bigint;
  free_balance bigint;
  link bytea;
  instant timestamptz;
  command record;
  stored record;
  payer record;
  payee record;
  payer_after numeric;
  payee_after numeric;
  refusal jsonb;
begin
  select l.accounts, l.next_sequence, l.next_balance, l.chain_hash, greatest(l.last_posted_at, clock_timestamp())
    into strict ledger_accounts, free_sequence, free_balance, link, instant
    from ledgers l where l.id = of_ledger for update;
  for command in
    select k.*
    from unnest(ids, accepted, fingerprints, sources, destinations, assets, amounts) with ordinality
      as k (id, accepted_at, fingerprint, source, destination, asset, amount, place)
    order by k.place
  loop
    place := command.place;
    select t.sequence, t.status, t.rejection into stored from transactions t where t.ledger_id = of_ledger and t.id = command.id;
    if found then
      sequence := stored.sequence;
      status := stored.status;
      rejection := stored.rejection;
      return next;
      continue;
    end if;
    select a.frozen, b.id, coalesce(b.posted, 0) as posted, coalesce(b.posted - b.held, 0) as available,
        case when command.source = 'world' then null when b.id is null then 0 else b.overdraft_limit end as overdraft_limit
      into payer
      from (values (1)) one (row)
      left join accounts a on a.ledger_id = of_ledger and a.address = command.source
      left join balances b on b.ledger_id = of_ledger and b.address = command.source and b.asset = command.asset;
    select a.frozen, b.id, coalesce(b.posted, 0) as posted, b.max_balance
      into payee
      from (values (1)) one (row)
      left join accounts a on a.ledger_id = of_ledger and a.address = command.destination
      left join balances b on b.ledger_id = of_ledger and b.address = command.destination and b.asset = command.asset;
    payer_after := payer.posted - command.amount;
    payee_after := payee.posted + command.amount;
    refusal := case
      when payer.frozen is null and ledger_accounts = 'explicit' and command.source <> 'world'
        then jsonb_build_object('code', 'account_unknown', 'account', command.source)
      when payer.frozen in ('debit', 'both')
        then jsonb_build_object('code', 'account_frozen', 'account', command.source)
      when payee.frozen is null and ledger_accounts = 'explicit' and command.destination <> 'world'
        then jsonb_build_object('code', 'account_unknown', 'account', command.destination)
      when payee.frozen in ('credit', 'both')
        then jsonb_build_object('code', 'account_frozen', 'account', command.destination)
      when payer_after <= -1e38
        then jsonb_build_object('code', 'amount_overflow', 'account', command.source, 'asset', command.asset)
      when payee_after >= 1e38
        then jsonb_build_object('code', 'amount_overflow', 'account', command.destination, 'asset', command.asset)
      when payer.available - command.amount < -payer.overdraft_limit
        then jsonb_build_object('code', 'insufficient_funds', 'account', command.source, 'asset', command.asset,
          'available', payer.available::text, 'required', command.amount::text)
      when payee_after > payee.max_balance
        then jsonb_build_object('code', 'balance_limit_exceeded', 'account', command.destination, 'asset', command.asset,
          'available', greatest(payee.max_balance - payee.posted, 0)::text, 'required', command.amount::text)
    end;
    sequence := free_sequence;
    status := case when refusal is null then 'posted' else 'rejected' end;
    rejection := refusal;
    link := sha256(link || uuid_send(command.id) || decode(command.fingerprint, 'base64')
      || convert_to(sequence || '|transfer|' || coalesce(refusal ->> 'code', '') || '|' || instant_text(instant), 'UTF8'));
    insert into transactions (ledger_id, sequence, id, accepted_at, posted_at, kind, status, fingerprint, hash, postings, rejection)
      values (of_ledger, free_sequence, command.id, command.accepted_at, instant, 'transfer',
        case when refusal is null then 'posted' else 'rejected' end, decode(command.fingerprint, 'base64'), link,
        jsonb_build_array(jsonb_build_array(command.source, command.destination, command.asset, command.amount::text)), refusal);
    if refusal is null then
      if payer.frozen is null then
        insert into accounts (ledger_id, address) values (of_ledger, command.source);
      end if;
      if payee.frozen is null then
        insert into accounts (ledger_id, address) values (of_ledger, command.destination);
      end if;
      if payer.id is null then
        insert into balances (ledger_id, address, asset, id, overdraft_limit)
          values (of_ledger, command.source, command.asset, free_balance,
            case when command.source = 'world' then null else 0 end);
        free_balance := free_balance + 1;
      end if;
      if payee.id is null then
        insert into balances (ledger_id, address, asset, id, overdraft_limit)
          values (of_ledger, command.destination, command.asset, free_balance,
            case when command.destination = 'world' then null else 0 end);
        free_balance := free_balance + 1;
      end if;
      with debit as (
        update balances b set posted = payer_after, version = b.version + 1
        where b.ledger_id = of_ledger and b.address = command.source and b.asset = command.asset
        returning b.id, b.version
      ), credit as (
        update balances b set posted = payee_after, version = b.version + 1
        where b.ledger_id = of_ledger and b.address = command.destination and b.asset = command.asset
        returning b.id, b.version
      )
      insert into entries (ledger_id, balance_id, version, sequence, amount, balance_after)
        select of_ledger, d.id, d.version, free_sequence, -command.amount, payer_after from debit d
        union all
        select of_ledger, c.id, c.version, free_sequence, command.amount, payee_after from credit c;
    end if;
    free_sequence := free_sequence + 1;
    return next;
  end loop;
  update ledgers l
    set next_sequence = free_sequence, next_balance = free_balance, last_posted_at = instant,
      chain_hash = link
    where l.id = of_ledger;
end $$
