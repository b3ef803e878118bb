import type { Client } from 'pg';

/**
 * Fills an empty database by SQL alone: ledger 1, `big`, has `transactions` of them, each 100 BRL/2 from the outside to the
 * next of `accounts` users (`users:0`, `users:1`, ...). Everything holds but the chain: its links are arbitrary.
 */
export async function fillLedger(
  client: Client,
  { transactions, accounts }: { transactions: number; accounts: number },
): Promise<void> {
  for (const statement of FILL) {
    const text = statement
      .replaceAll(':transactions', String(transactions))
      .replaceAll(':accounts', String(accounts));
    await client.query(text);
  }
}

/** As if the database had `count` further ledgers of one transaction each (only those are stored) when it was analyzed. */
export async function analyzeSmallLedgers(client: Client, count: number): Promise<void> {
  await client.query(`alter table transactions set (autovacuum_enabled = false)`);
  await client.query(
    `insert into transactions (ledger_id, sequence, id, accepted_at, posted_at, kind, status, fingerprint, hash, postings)
     select 1000 + n, 1, gen_random_uuid(), now(), now(), 'transfer', 'posted', sha256('a'), sha256('b'), '[]'
     from generate_series(1, $1::integer) n`,
    [count],
  );
  await client.query('analyze');
}

/** Links the chain of every ledger anew. For small ledgers: it goes row by row. */
export async function chainLedgers(client: Client): Promise<void> {
  await client.query(CHAIN);
}

const POSTED_AT = `timestamptz '2026-01-01Z' + interval '1 ms' * n`;
const FILL = [
  `insert into ledgers (uid, name, accounts, next_sequence, next_balance, last_posted_at)
   select 'ledger-00001', 'big', 'auto', n + 1, :accounts + 2, ${POSTED_AT} from (values (:transactions)) v (n)`,
  `insert into accounts (ledger_id, address)
   select 1, 'users:' || n from generate_series(0, :accounts - 1) n union all select 1, 'world'`,
  `insert into assets (ledger_id, code, scale) values (1, 'BRL', '2')`,
  // Each transaction's id holds its number, so that a test can name it.
  `insert into transactions (ledger_id, sequence, id, accepted_at, posted_at, kind, status, fingerprint, hash, postings)
   select 1, n, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, ${POSTED_AT}, ${POSTED_AT}, 'transfer',
     'posted', sha256(int4send(n)), sha256(int4send(-n)),
     jsonb_build_array(jsonb_build_array('world', 'users:' || n % :accounts, 'BRL/2', '100'))
   from generate_series(1, :transactions) n`,
  `insert into entries (ledger_id, balance_id, version, sequence, amount, balance_after)
   select 1, 1, n, n, -100, -100 * n from generate_series(1, :transactions) n`,
  `insert into entries (ledger_id, balance_id, version, sequence, amount, balance_after)
   select 1, 2 + n % :accounts, (n + :accounts - 1) / :accounts, n, 100, 100 * ((n + :accounts - 1) / :accounts)
   from generate_series(1, :transactions) n`,
  `insert into balances (ledger_id, address, asset, id, posted, version, overdraft_limit)
   select 1, case balance_id when 1 then 'world' else 'users:' || balance_id - 2 end, 'BRL/2', balance_id, sum(amount),
     count(*), case balance_id when 1 then null else 0 end
   from entries group by balance_id`,
];

const CHAIN = `
do $$
declare
  row record;
  link bytea;
begin
  for row in select l.id, l.next_sequence from ledgers l loop
    link := decode(repeat('00', 32), 'hex');
    for n in 1 .. row.next_sequence - 1 loop
      update transactions t
      set hash = sha256(link || uuid_send(t.id) || t.fingerprint || convert_to(
        t.sequence || '|' || t.kind || '|' || coalesce(t.rejection ->> 'code', '') || '|' || instant_text(t.posted_at), 'UTF8'))
      where t.ledger_id = row.id and t.sequence = n
      returning hash into link;
    end loop;
    update ledgers set chain_hash = link where id = row.id;
  end loop;
end $$`;
