import { createTestDatabase } from '@razao/stack/test-database.ts';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadCommand } from '../src/load.ts';
import { analyzeSmallLedgers, fillLedger } from './books.ts';

const insertDated = loadCommand('insert_dated_entries').text;
const ACCOUNTS = 10;
const DATED_AT_ONCE = 10_000;
const SMALL_LEDGERS = 20_000;
/**
 * A lookup by key reads a handful of pages, and a sum over spans at most one for each span of the year or of its last part.
 * Whoever reads all entries, or all that are dated, is well above from some 100,000 on.
 */
const PAGES_MAX = { posted: 300, effective: 2_000 };

/**
 * Declares the tests of past balances in a ledger of so many transactions, all of which the outside took part in, with as many
 * dated entries: half of them spread over a year, half at one instant.
 */
export function testPastBalances(transactions: number): void {
  let client: Client;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await createTestDatabase();
    drop = database.drop;
    client = new Client({ connectionString: database.url });
    await client.connect();
    await analyzeSmallLedgers(client, SMALL_LEDGERS);
    await fillLedger(client, { transactions, accounts: ACCOUNTS });
    for (let from = 1; from <= transactions; from += DATED_AT_ONCE) await insert(from);
  }, 600_000);
  afterAll(async () => {
    await client?.end();
    await drop?.();
  });

  async function insert(from: number): Promise<void> {
    const versions = Array.from({ length: DATED_AT_ONCE }, (_, i) => from + i).filter(
      (version) => version <= transactions,
    );
    const { rowCount } = await client.query(insertDated, [
      versions.map(() => 1),
      versions.map(() => 1),
      versions,
      versions,
      versions.map(dateOf),
      versions.map(() => -100),
    ]);
    expect(rowCount).toBe(versions.length);
  }

  function dateOf(version: number): string {
    if (version % 2 === 0) return '2021-06-01T00:00:00Z';
    return new Date(Date.UTC(2021, 0) + (version / transactions) * 3.15e10).toISOString();
  }

  const instants = [0, 0.001, 0.3, 0.7, 1.1].map((share) => share * transactions);

  test.each(instants)('by posting: what was posted up to the instant, %#', async (n) => {
    const sequence = Math.min(Math.floor(n), transactions);
    const at = `timestamptz '2026-01-01Z' + interval '1 ms' * ${Math.floor(n)}`;
    const { rows, pages } = await look(at, false);
    expect(rows.map(({ posted }) => posted)).toEqual(
      sequence === 0 ? [] : [String(-100 * sequence)],
    );
    expect(pages).toBeLessThan(PAGES_MAX.posted);
  });

  test.each(['2020-12-31Z', '2021-04-05Z', '2021-06-01Z', '2021-11-11Z', '2030-01-01Z'])(
    'by effect: what took effect up to the instant, %s',
    async (day) => {
      const { rows, pages } = await look(`timestamptz '${day}'`, true);
      const until = Date.parse(day.replace('Z', 'T00:00:00Z'));
      let expected = 0n;
      for (let version = 1; version <= transactions; version++)
        if (Date.parse(dateOf(version)) <= until) expected -= 100n;
      expect(rows.map(({ posted }) => posted)).toEqual(expected === 0n ? [] : [String(expected)]);
      expect(pages).toBeLessThan(PAGES_MAX.effective);
    },
  );

  // Last: until here, statistics know small ledgers only.
  test('fresh statistics change nothing', async () => {
    await client.query('analyze');
    const at = `timestamptz '2026-01-01Z' + interval '1 ms' * ${Math.floor(transactions / 2)}`;
    expect((await look(at, false)).pages).toBeLessThan(PAGES_MAX.posted);
    expect((await look(`timestamptz '2021-11-11Z'`, true)).pages).toBeLessThan(PAGES_MAX.effective);
  });

  /** The outside's balance at an instant, and how many pages it took to know. */
  async function look(at: string, byEffect: boolean) {
    const query = `select * from balances_at(1, 'world', ${at}, ${byEffect})`;
    const { rows } = await client.query<{ posted: string }>(query);
    const plan = await client.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
      `explain (analyze, buffers, format json) ${query}`,
    );
    const node = plan.rows[0]?.['QUERY PLAN'][0].Plan ?? {};
    const pages = Number(node['Shared Hit Blocks']) + Number(node['Shared Read Blocks']);
    expect(pages).toBeGreaterThan(0);
    return { rows, pages };
  }
}
