import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createDatabase, dropDatabase, withPostgres } from '@razao/stack/services/with-postgres.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chainLedgers } from '../test/books.ts';
import { runChecks } from './check.ts';
import { migrate } from './migrate.ts';
import { agreeOnShards, ShardsMismatch } from './shards.ts';

const SERVER = String(process.env['RAZAO_TEST_DATABASE_URL']);

let name: string;
let url: string;

beforeEach(async () => {
  name = `razao_test_${randomBytes(6).toString('hex')}`;
  url = await createDatabase(SERVER, name);
});
afterEach(() => dropDatabase(SERVER, name));

describe('migrate', () => {
  test('applies every migration once, in order', async () => {
    const applied = await migrate(url);
    expect(applied[0]).toBe('0001_ledger.sql');
    expect(applied).toEqual(applied.toSorted());
    expect(await migrate(url)).toEqual([]);
    expect(await query('select name from migrations order by name')).toEqual(
      applied.map((migration) => ({ name: migration })),
    );
  });

  test('leaves what is stored alone', async () => {
    await migrate(url);
    await query(`insert into ledgers (name, accounts) values ('book', 'auto')`);
    await migrate(url);
    expect(await query('select name from ledgers')).toEqual([{ name: 'book' }]);
  });

  test('brings books of the first schema along: every law holds, and their dates are known', async () => {
    await query(
      'create table migrations (name text primary key, applied_at timestamptz default now())',
    );
    const first = new URL('../migrations/0001_ledger.sql', import.meta.url);
    await query(readFileSync(first, 'utf8'));
    await query(`insert into migrations (name) values ('0001_ledger.sql')`);
    await query(OLD_BOOKS);
    expect(await migrate(url)).not.toContain('0001_ledger.sql');
    await withPostgres(url, async (client) => {
      await chainLedgers(client);
      expect(await runChecks(client)).toEqual([]);
    });
    expect(await query(PAST)).toEqual([{ posted: '-7' }]);
    expect(await query('select code, scale from assets')).toEqual([{ code: 'BRL', scale: '2' }]);
  });

  test('keeps of limits with different scales of one code those of the scale that counts', async () => {
    await migrate(url);
    await query(`insert into ledgers (name, accounts) values ('book', 'auto')`);
    await query(`insert into accounts (ledger_id, address) values (1, 'a'), (1, 'b')`);
    await query(
      `insert into balances (ledger_id, address, asset, id, max_balance)
       values (1, 'a', 'POI/3', 1, 5), (1, 'b', 'POI/2', 2, 5), (1, 'b', 'BRL/2', 3, 5)`,
    );
    await query(`delete from migrations where name = '0007_scales_of_limits.sql'`);
    expect(await migrate(url)).toEqual(['0007_scales_of_limits.sql']);
    expect(await query('select address, asset from balances order by id')).toEqual([
      { address: 'a', asset: 'POI/3' },
      { address: 'b', asset: 'BRL/2' },
    ]);
    expect(await query('select code, scale from assets order by code')).toEqual([
      { code: 'BRL', scale: '2' },
      { code: 'POI', scale: '3' },
    ]);
  });

  test('takes turns with others that migrate at the same time', async () => {
    const runs = await Promise.all([migrate(url), migrate(url), migrate(url)]);
    const [all, ...none] = runs.toSorted((a, b) => b.length - a.length);
    expect(all?.length).toBeGreaterThan(0);
    expect(none).toEqual([[], []]);
  });

  test('takes a failing migration back whole, and goes on from there once it can', async () => {
    await query('create table outbox (in_the_way integer)');
    await expect(migrate(url)).rejects.toThrow('migration 0001_ledger.sql failed');
    expect(await query(TABLES)).toEqual([{ table: 'migrations' }, { table: 'outbox' }]);
    expect(await query('select name from migrations')).toEqual([]);
    await query('drop table outbox');
    expect(await migrate(url)).toContain('0001_ledger.sql');
  });
});

describe('invariant 4: the number of shards', () => {
  beforeEach(async () => {
    await migrate(url);
  });

  test('is stored by the first process, and agreed with by those that have the same', async () => {
    await agree(4);
    await agree(4);
    expect(await query(`select * from settings where name = 'shards'`)).toEqual([
      { name: 'shards', value: '4' },
    ]);
  });

  test('refuses a process that has another', async () => {
    await agree(4);
    await expect(agree(8)).rejects.toThrow(ShardsMismatch);
    await expect(agree(8)).rejects.toThrow(/SHARDS is 8, .* set up with 4/);
    await agree(4);
  });

  test('is agreed on by all but one kind when processes with two kinds start at once', async () => {
    const kinds = [1, 2, 1, 2, 1, 2];
    const answers = await Promise.allSettled(kinds.map(agree));
    const stored = Number(
      (await query<{ value: string }>(`select value from settings where name = 'shards'`))[0]
        ?.value,
    );
    expect(answers.map(({ status }) => status)).toEqual(
      kinds.map((kind) => (kind === stored ? 'fulfilled' : 'rejected')),
    );
  });
});

/** A transaction of 2026 that took effect in 2020, and one without a date of its own. */
const OLD_BOOKS = `
  insert into ledgers (name, accounts, next_sequence, next_balance, last_posted_at) values ('old', 'auto', 3, 3, '2026-01-02Z');
  insert into accounts (ledger_id, address) values (1, 'world'), (1, 'alice');
  insert into balances (ledger_id, address, asset, id, posted, version, overdraft_limit)
    values (1, 'world', 'BRL/2', 1, -12, 2, null), (1, 'alice', 'BRL/2', 2, 12, 2, 0);
  insert into transactions (ledger_id, sequence, id, accepted_at, posted_at, effective_at, kind, status, fingerprint, hash, postings)
    values (1, 1, gen_random_uuid(), '2026-01-01Z', '2026-01-01Z', '2020-01-01Z', 'transfer', 'posted', sha256('a'), sha256('a'),
        '[["world", "alice", "BRL/2", "7"]]'),
      (1, 2, gen_random_uuid(), '2026-01-02Z', '2026-01-02Z', null, 'transfer', 'posted', sha256('b'), sha256('b'),
        '[["world", "alice", "BRL/2", "5"]]');
  insert into entries (ledger_id, balance_id, version, sequence, amount, balance_after)
    values (1, 1, 1, 1, -7, -7), (1, 2, 1, 1, 7, 7), (1, 1, 2, 2, -5, -12), (1, 2, 2, 2, 5, 12);`;
const PAST = `select posted::text from balances_at(1, 'world', '2020-06-01Z', true)`;
const TABLES = `select tablename::text as table from pg_tables where schemaname = 'public' order by 1`;

async function query<R extends object>(text: string): Promise<R[]> {
  return await withPostgres(url, async (client) => (await client.query<R>(text)).rows);
}

async function agree(shards: number): Promise<void> {
  await withPostgres(url, (client) => agreeOnShards(client, shards));
}
