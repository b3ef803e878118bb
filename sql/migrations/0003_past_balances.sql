-- Balances of the past. Nothing here walks an account or a ledger: an instant is looked up by halving, for posted_at never
-- runs back with the sequence, nor the sequence with a balance's version. Sequential and bitmap scans are off, lest a session
-- that planned on empty tables keeps such a plan.

-- The last sequence of a ledger that was posted at or before an instant; 0: none.
create function sequence_at(of_ledger integer, at timestamptz) returns bigint
  language plpgsql stable parallel safe
  set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  low bigint := 0;
  high bigint;
  middle bigint;
  last_at timestamptz;
begin
  select next_sequence - 1, last_posted_at into strict high, last_at from ledgers where id = of_ledger;
  if last_at <= at then
    return high;
  end if;
  while low < high loop
    middle := (low + high + 1) / 2;
    perform 1 from transactions where ledger_id = of_ledger and sequence = middle and posted_at <= at;
    if found then low := middle; else high := middle - 1; end if;
  end loop;
  return low;
end $$;

-- The version that a balance, whose newest is given, had after a sequence; 0: it was not used yet. Each version is that of an
-- entry or of a change of what is held.
create function balance_version_at(of_ledger integer, of_balance bigint, newest bigint, last_sequence bigint)
  returns bigint
  language plpgsql stable parallel safe
  set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  low bigint := 0;
  high bigint := newest;
  middle bigint := newest;
  its_sequence bigint;
begin
  -- The newest first: most questions are about the recent past.
  while low < high loop
    select e.sequence into its_sequence
      from entries e where e.ledger_id = of_ledger and e.balance_id = of_balance and e.version = middle;
    if not found then
      select h.sequence into its_sequence
        from held_changes h where h.ledger_id = of_ledger and h.balance_id = of_balance and h.version = middle;
    end if;
    if its_sequence <= last_sequence then low := middle; else high := middle - 1; end if;
    middle := (low + high + 1) / 2;
  end loop;
  return low;
end $$;

-- What the entries that have a date of their own come to up to an instant, whenever they were posted; null: there is none.
-- Of each level only the spans that the one above does not have.
create function dated_total_at(of_ledger integer, of_balance bigint, at timestamptz) returns numeric
  language sql stable parallel safe
  set enable_seqscan = off set enable_bitmapscan = off as $$
  with t (t) as (select (extract(epoch from at) * 1000000)::bigint + 1)
  select sum(part.total)
  from t, lateral (
    select d.total from dated_totals d
    where d.ledger_id = of_ledger and d.balance_id = of_balance and d.level = 3 and d.span < t >> 36
    union all
    select d.total from dated_totals d
    where d.ledger_id = of_ledger and d.balance_id = of_balance and d.level = 2 and d.span >= (t >> 36) << 12 and d.span < t >> 24
    union all
    select d.total from dated_totals d
    where d.ledger_id = of_ledger and d.balance_id = of_balance and d.level = 1 and d.span >= (t >> 24) << 12 and d.span < t >> 12
    union all
    select d.total from dated_totals d
    where d.ledger_id = of_ledger and d.balance_id = of_balance and d.level = 0 and d.span >= (t >> 12) << 12 and d.span < t
  ) part;
$$;

-- The balances of an account as they were at an instant: by what was posted until then, or, with by_effect, by what took
-- effect until then, whenever it was posted. What is held has no other date than that of its posting. Limits are today's.
create function balances_at(of_ledger integer, of_address text, at timestamptz, by_effect boolean)
  returns table (asset text, posted numeric, held numeric, overdraft_limit numeric, max_balance numeric, version bigint)
  language plpgsql stable parallel safe
  set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  last_sequence bigint := sequence_at(of_ledger, at);
  b record;
  dated numeric;
begin
  for b in select * from balances o where o.ledger_id = of_ledger and o.address = of_address order by o.asset collate "C" loop
    version := balance_version_at(of_ledger, b.id, b.version, last_sequence);
    dated := case when by_effect then dated_total_at(of_ledger, b.id, at) end;
    continue when version = 0 and dated is null;
    asset := b.asset;
    overdraft_limit := b.overdraft_limit;
    max_balance := b.max_balance;
    posted := coalesce((
      select e.balance_after from entries e
      where e.ledger_id = of_ledger and e.balance_id = b.id and e.version <= balances_at.version
      order by e.version desc limit 1), 0);
    held := coalesce((
      select h.held_after from held_changes h
      where h.ledger_id = of_ledger and h.balance_id = b.id and h.version <= balances_at.version
      order by h.version desc limit 1), 0);
    if by_effect then
      posted := posted + coalesce(dated, 0) - coalesce((
        select d.total_after from dated_entries d
        where d.ledger_id = of_ledger and d.balance_id = b.id and d.version <= balances_at.version
        order by d.version desc limit 1), 0);
    end if;
    return next;
  end loop;
end $$;
