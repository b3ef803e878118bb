import { createTestDatabase, type TestDatabase } from '@razao/stack/test-database.ts';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BALANCES, type Book, books, sum, textOf } from '../test/past-books.ts';
import { storeBook } from '../test/store-past-book.ts';

const RUNS = 50;
const FIRST = BigInt(Date.parse('0001-01-01T00:00:00Z')) * 1_000n;
const LAST = BigInt(Date.parse('9999-12-31T23:59:59Z')) * 1_000n + 999_999n;

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

test('whatever was posted, every balance at any instant is what its changes until then add up to', async () => {
  await fc.assert(
    fc.asyncProperty(books(), async (book) => {
      const ledger = await storeBook(client, book);
      const instants = instantsAround(book);
      expect(await ask(ledger, instants)).toEqual(expected(book, instants));
    }),
    { numRuns: RUNS },
  );
  // Within a commit a running total is not seen by any instant.
  const wrong = await client.query(
    `select * from (
       select *, sum(amount) over (partition by ledger_id, balance_id order by version) as total from dated_entries)
     where total_after <> total`,
  );
  expect(wrong.rows).toEqual([]);
  // Books in which nothing of this occurs would prove nothing of it.
  const { rows } = await client.query(
    `select count(*) filter (where effective_at < '1970-01-01Z') > 10 as "before 1970",
       count(*) filter (where effective_at > '2026-02-01Z') > 10 as ahead,
       (select count(*) from entries join held_changes using (ledger_id, balance_id, version)) > 10 as captures,
       (select count(*) from (
         select from dated_entries group by ledger_id, balance_id, effective_at having count(*) > 1)) > 5 as "at one instant"
     from dated_entries`,
  );
  expect(rows).toEqual([
    { 'before 1970': true, ahead: true, captures: true, 'at one instant': true },
  ]);
});

/** Just before, at and just after everything that has an instant, and the first and the last that can be asked for. */
function instantsAround({ instants, commits }: Book): bigint[] {
  const effective = commits.flat().flatMap(({ effective }) => effective ?? []);
  const all = [...instants, ...effective].flatMap((at) => [at - 1n, at, at + 1n]);
  return [...new Set([...all, FIRST, LAST])];
}

type Found = Record<string, { posted: string; held: string; version: string }>;

async function ask(ledger: number, instants: readonly bigint[]): Promise<Found> {
  const { rows } = await client.query<Record<string, string>>(
    `select concat_ws(' ', i.at, case when e.by_effect then 'effective' else 'posted' end, a.address, b.asset) as what,
       b.posted, b.held, b.version
     from unnest($2::text[]) i (at), (values (true), (false)) e (by_effect), unnest($3::text[]) a (address),
       balances_at($1, a.address, i.at::timestamptz, e.by_effect) b`,
    [ledger, instants.map(textOf), [...new Set(BALANCES.map(({ address }) => address))]],
  );
  return Object.fromEntries(rows.map(({ what, ...found }) => [what, found])) as Found;
}

/** The definition, by brute force. A balance that nothing had changed by then is not there. */
function expected({ commits }: Book, instants: readonly bigint[]): Found {
  const all: Found = {};
  for (const [i, { address, asset }] of BALANCES.entries()) {
    const changes = commits.flat().filter(({ balance }) => balance === i);
    for (const at of instants) {
      const past = changes.filter(({ posted }) => posted <= at);
      const inEffect = changes.filter(({ posted, effective }) => (effective ?? posted) <= at);
      const rest = { held: sum(past, 'held'), version: String(past.at(-1)?.version ?? 0) };
      const place = `${address} ${asset}`;
      if (past.length > 0) {
        all[`${textOf(at)} posted ${place}`] = { posted: sum(past, 'amount'), ...rest };
      }
      if (past.length > 0 || inEffect.length > 0) {
        all[`${textOf(at)} effective ${place}`] = { posted: sum(inEffect, 'amount'), ...rest };
      }
    }
  }
  return all;
}
