-- The rules of a transfer as a function in Postgres that does with a batch what the committer does in TypeScript: reads all
-- that the batch touches at once, applies the commands one after the other to arrays in memory, writes all rows at once.
-- One posting a command; nothing for texts, metadata and the outbox, all in its favour.
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
  size integer := cardinality(ids);
  -- The balances that the batch touches, numbered from 1.
  addresses text[];
  of_assets text[];
  frozen_now text[];
  balances_before bigint[];
  balance_ids bigint[];
  posted_now numeric[];
  held_now numeric[];
  overdraft_limits numeric[];
  max_balances numeric[];
  versions bigint[];
  -- For each command: the numbers of its balances, and the transaction that had its id before the batch.
  payers integer[];
  payees integer[];
  stored bigint[];
  firsts bigint[];
  -- What is written.
  sequences bigint[] := array_fill(null::bigint, array[size]);
  hashes bytea[] := array_fill(null::bytea, array[size]);
  refusals jsonb[] := array_fill(null::jsonb, array[size]);
  entry_balances bigint[] := '{}';
  entry_versions bigint[] := '{}';
  entry_sequences bigint[] := '{}';
  entry_amounts numeric[] := '{}';
  entry_afters numeric[] := '{}';
  posted_at_text text;
  entry integer := 0;
  payer integer;
  payee integer;
  amount numeric;
  payer_after numeric;
  payee_after numeric;
  refusal jsonb;
begin
  select l.accounts, l.next_sequence, l.next_balance, l.chain_hash, greatest(l.last_posted_at, clock_timestamp())
    into strict ledger_accounts, free_sequence, free_balance, link, instant
    from ledgers l where l.id = of_ledger for update;
  posted_at_text := instant_text(instant);

  select array_agg(k.address order by k.n), array_agg(k.asset order by k.n), array_agg(a.frozen order by k.n),
      array_agg(b.version order by k.n), array_agg(b.id order by k.n), array_agg(coalesce(b.posted, 0) order by k.n),
      array_agg(coalesce(b.held, 0) order by k.n),
      array_agg(case when k.address = 'world' then null when b.id is null then 0 else b.overdraft_limit end order by k.n),
      array_agg(b.max_balance order by k.n), array_agg(coalesce(b.version, 0) order by k.n)
    into addresses, of_assets, frozen_now, balances_before, balance_ids, posted_now, held_now, overdraft_limits, max_balances, versions
    from (
      select d.address, d.asset, row_number() over (order by d.address, d.asset) as n
      from (select distinct u.address, u.asset from unnest(sources || destinations, assets || assets) u (address, asset)) d
    ) k
    left join accounts a on a.ledger_id = of_ledger and a.address = k.address
    left join balances b on b.ledger_id = of_ledger and b.address = k.address and b.asset = k.asset;
  select array_agg(c.payer order by c.place), array_agg(c.payee order by c.place), array_agg(c.stored order by c.place),
      array_agg(c.first order by c.place)
    into payers, payees, stored, firsts
    from (
      select k.place,
        -- Dense ranks over both sides number the balances as the query above does.
        max(k.balance) filter (where k.side = 1) over (partition by k.place) as payer,
        max(k.balance) filter (where k.side = 2) over (partition by k.place) as payee,
        t.sequence as stored, min(k.place) over (partition by k.id) as first, k.side
      from (
        select s.*, dense_rank() over (order by s.address, s.asset)::integer as balance
        from (
          select 1 as side, u.* from unnest(ids, sources, assets) with ordinality u (id, address, asset, place)
          union all
          select 2, u.* from unnest(ids, destinations, assets) with ordinality u (id, address, asset, place)
        ) s
      ) k
      left join transactions t on t.ledger_id = of_ledger and t.id = k.id
    ) c
    where c.side = 1;

  for i in 1 .. size loop
    continue when stored[i] is not null or firsts[i] < i;
    payer := payers[i];
    payee := payees[i];
    amount := amounts[i];
    payer_after := posted_now[payer] - amount;
    payee_after := posted_now[payee] + amount;
    refusal := null;
    if frozen_now[payer] is null and ledger_accounts = 'explicit' and addresses[payer] <> 'world' then
      refusal := jsonb_build_object('code', 'account_unknown', 'account', addresses[payer]);
    elsif frozen_now[payer] in ('debit', 'both') then
      refusal := jsonb_build_object('code', 'account_frozen', 'account', addresses[payer]);
    elsif frozen_now[payee] is null and ledger_accounts = 'explicit' and addresses[payee] <> 'world' then
      refusal := jsonb_build_object('code', 'account_unknown', 'account', addresses[payee]);
    elsif frozen_now[payee] in ('credit', 'both') then
      refusal := jsonb_build_object('code', 'account_frozen', 'account', addresses[payee]);
    elsif payer_after <= -1e38 then
      refusal := jsonb_build_object('code', 'amount_overflow', 'account', addresses[payer], 'asset', of_assets[payer]);
    elsif payee_after >= 1e38 then
      refusal := jsonb_build_object('code', 'amount_overflow', 'account', addresses[payee], 'asset', of_assets[payee]);
    elsif payer_after - held_now[payer] < -overdraft_limits[payer] then
      refusal := jsonb_build_object('code', 'insufficient_funds', 'account', addresses[payer], 'asset', of_assets[payer],
        'available', (posted_now[payer] - held_now[payer])::text, 'required', amount::text);
    elsif payee_after > max_balances[payee] then
      refusal := jsonb_build_object('code', 'balance_limit_exceeded', 'account', addresses[payee], 'asset', of_assets[payee],
        'available', greatest(max_balances[payee] - posted_now[payee], 0)::text, 'required', amount::text);
    end if;
    if refusal is null then
      if balance_ids[payer] is null then
        balance_ids[payer] := free_balance;
        free_balance := free_balance + 1;
      end if;
      if balance_ids[payee] is null then
        balance_ids[payee] := free_balance;
        free_balance := free_balance + 1;
      end if;
      posted_now[payer] := payer_after;
      posted_now[payee] := payee_after;
      versions[payer] := versions[payer] + 1;
      versions[payee] := versions[payee] + 1;
      entry_balances[entry + 1] := balance_ids[payer];
      entry_balances[entry + 2] := balance_ids[payee];
      entry_versions[entry + 1] := versions[payer];
      entry_versions[entry + 2] := versions[payee];
      entry_sequences[entry + 1] := free_sequence;
      entry_sequences[entry + 2] := free_sequence;
      entry_amounts[entry + 1] := -amount;
      entry_amounts[entry + 2] := amount;
      entry_afters[entry + 1] := payer_after;
      entry_afters[entry + 2] := payee_after;
      entry := entry + 2;
    else
      refusals[i] := refusal;
    end if;
    link := sha256(link || uuid_send(ids[i]) || decode(fingerprints[i], 'base64')
      || convert_to(free_sequence || '|transfer|' || coalesce(refusal ->> 'code', '') || '|' || posted_at_text, 'UTF8'));
    sequences[i] := free_sequence;
    hashes[i] := link;
    free_sequence := free_sequence + 1;
  end loop;

  insert into accounts (ledger_id, address)
    select distinct of_ledger, k.address
    from unnest(addresses, frozen_now, versions) k (address, frozen, version)
    where k.frozen is null and k.version > 0;
  insert into balances (ledger_id, address, asset, id, posted, version, overdraft_limit)
    select of_ledger, k.address, k.asset, k.id, k.posted, k.version, case when k.address = 'world' then null else 0 end
    from unnest(addresses, of_assets, balance_ids, posted_now, versions, balances_before) k (address, asset, id, posted, version, before)
    where k.before is null and k.version > 0;
  update balances b
    set posted = k.posted, version = k.version
    from unnest(addresses, of_assets, posted_now, versions, balances_before) k (address, asset, posted, version, before)
    where b.ledger_id = of_ledger and b.address = k.address and b.asset = k.asset and k.version > k.before;
  insert into transactions (ledger_id, sequence, id, accepted_at, posted_at, kind, status, fingerprint, hash, postings, rejection)
    select of_ledger, k.sequence, k.id, k.accepted_at, instant, 'transfer',
      case when k.refusal is null then 'posted' else 'rejected' end, decode(k.fingerprint, 'base64'), k.hash,
      jsonb_build_array(jsonb_build_array(k.source, k.destination, k.asset, k.amount::text)), k.refusal
    from unnest(sequences, ids, accepted, fingerprints, hashes, sources, destinations, assets, amounts, refusals)
      k (sequence, id, accepted_at, fingerprint, hash, source, destination, asset, amount, refusal)
    where k.sequence is not null;
  insert into entries (ledger_id, balance_id, version, sequence, amount, balance_after)
    select of_ledger, k.*
    from unnest(entry_balances, entry_versions, entry_sequences, entry_amounts, entry_afters) k;
  update ledgers l
    set next_sequence = free_sequence, next_balance = free_balance, last_posted_at = instant,
      chain_hash = link
    where l.id = of_ledger;
  return query
    select k.place, t.sequence, t.status, t.rejection
    from unnest(ids, stored, firsts) with ordinality k (id, stored, first, place)
    join transactions t on t.ledger_id = of_ledger and t.id = k.id
    where k.stored is not null or k.first < k.place
    union all
    select k.place, k.sequence, case when k.refusal is null then 'posted' else 'rejected' end, k.refusal
    from unnest(sequences, refusals) with ordinality k (sequence, refusal, place)
    where k.sequence is not null;
end $$
