import { randomBytes } from 'node:crypto';
import { createDatabase, dropDatabase, withPostgres } from '@razao/stack/services/with-postgres.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
    expect(await query('select * from settings')).toEqual([{ name: 'shards', value: '4' }]);
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
    const stored = Number((await query<{ value: string }>('select value from settings'))[0]?.value);
    expect(answers.map(({ status }) => status)).toEqual(
      kinds.map((kind) => (kind === stored ? 'fulfilled' : 'rejected')),
    );
  });
});

const TABLES = `select tablename::text as table from pg_tables where schemaname = 'public' order by 1`;

async function query<R extends object>(text: string): Promise<R[]> {
  return await withPostgres(url, async (client) => (await client.query<R>(text)).rows);
}

async function agree(shards: number): Promise<void> {
  await withPostgres(url, (client) => agreeOnShards(client, shards));
}
