import type { Client } from 'pg';
import { loadCommand } from '../src/load.ts';
import { BALANCES, type Book, type Change, sum, textOf } from './past-books.ts';

const insertDated = loadCommand('insert_dated_entries').text;

/** Stores a book as a ledger of its own, the dated entries commit by commit. Returns the ledger's id. */
export async function storeBook(client: Client, { instants, commits }: Book): Promise<number> {
  const last = textOf(instants.at(-1) ?? 0n);
  const { rows } = await client.query<{ id: number }>(
    `insert into ledgers (name, accounts, next_sequence, last_posted_at)
     select 'past-' || count(*), 'auto', $1, $2 from ledgers returning id`,
    [instants.length + 1, last],
  );
  const ledger = rows[0]?.id ?? 0;
  await client.query(
    `insert into transactions (ledger_id, sequence, id, accepted_at, posted_at, kind, status, fingerprint, hash, postings)
     select $1, n, gen_random_uuid(), at, at, 'transfer', 'posted', sha256(''), sha256(''), '[]'
     from unnest($2::timestamptz[]) with ordinality k (at, n)`,
    [ledger, instants.map(textOf)],
  );
  const all = commits.flat();
  for (const [i, { address, asset }] of BALANCES.entries()) {
    const changes = all.filter(({ balance }) => balance === i);
    const values = [sum(changes, 'amount'), sum(changes, 'held'), changes.length];
    await client.query(
      `insert into balances (ledger_id, address, asset, id, posted, held, version) values ($1, $2, $3, $4, $5, $6, $7)`,
      [ledger, address, asset, i + 1, ...values],
    );
    await storeChanges(client, ledger, changes, 'entries', 'amount', 'balance_after');
    await storeChanges(client, ledger, changes, 'held_changes', 'held', 'held_after');
  }
  for (const commit of commits) {
    const dated = commit.filter(({ effective }) => effective !== null);
    const { rowCount } = await client.query(insertDated, [
      dated.map(() => ledger),
      dated.map(({ balance }) => balance + 1),
      dated.map(({ version }) => version),
      dated.map(({ sequence }) => sequence),
      dated.map(({ effective }) => textOf(effective ?? 0n)),
      dated.map(({ amount }) => String(amount)),
    ]);
    if (rowCount !== dated.length) throw new Error(`${rowCount} rows of ${dated.length} reported`);
  }
  return ledger;
}

async function storeChanges(
  client: Client,
  ledger: number,
  changes: readonly Change[],
  table: 'entries' | 'held_changes',
  of: 'amount' | 'held',
  after: string,
): Promise<void> {
  const rows = changes.filter((change) => change[of] !== 0n);
  await client.query(
    `insert into ${table} (ledger_id, balance_id, version, sequence, amount, ${after})
     select $1, balance, version, sequence, amount, sum(amount) over (order by version)
     from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::numeric[]) k (balance, version, sequence, amount)`,
    [
      ledger,
      rows.map(({ balance }) => balance + 1),
      rows.map(({ version }) => version),
      rows.map(({ sequence }) => sequence),
      rows.map((change) => String(change[of])),
    ],
  );
}
