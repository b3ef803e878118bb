import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createDatabase, dropDatabase } from '@razao/stack/services/with-postgres.ts';
import { until } from '@razao/stack/test/until.ts';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from './migrate.ts';

// Migrations while processes work and others read.
const SERVER = String(process.env['RAZAO_TEST_DATABASE_URL']);
const READ_MS_MAX = 5_000;

let name: string;
let url: string;
let folder: string;
let client: Client;
let other: Client;

beforeEach(async () => {
  name = `razao_test_${randomBytes(6).toString('hex')}`;
  url = await createDatabase(SERVER, name);
  folder = mkdtempSync(join(tmpdir(), 'razao-migrations-'));
  cpSync(fileURLToPath(new URL('../migrations/', import.meta.url)), folder, { recursive: true });
  await migrate(url);
  [client, other] = [new Client(url), new Client(url)];
  await Promise.all([client.connect(), other.connect()]);
});
afterEach(async () => {
  await Promise.all([client.end(), other.end()]);
  rmSync(folder, { recursive: true });
  await dropDatabase(SERVER, name);
});

describe('a migration that wants a table which a long transaction reads', () => {
  beforeEach(() => add('9001_column.sql', 'alter table accounts add column note text'));

  test('lets others by while it waits, says whom it may wait for, and is applied once that is over', async () => {
    await other.query(`set application_name = 'a report'`);
    await other.query('begin; select from accounts');
    const said: string[] = [];
    const applied = run((line) => said.push(line));
    await until('it waits', () => said.length > 0);
    for (let i = 0; i < 5; i++) {
      const startedAt = performance.now();
      await client.query('select from accounts');
      expect(performance.now() - startedAt).toBeLessThan(READ_MS_MAX);
    }
    expect(said[0]).toMatch(/^migration 9001_column.sql waits for a lock; .* a report \d+ s/);
    await other.query('commit');
    expect(await applied).toEqual(['9001_column.sql']);
    expect(await columns()).toContain('note');
  });

  test('is given up after a while, with nothing of it done, and can be tried again', async () => {
    await other.query('begin; select from accounts');
    await expect(run(undefined, 1_500)).rejects.toThrow(
      /^migration 9001_column.sql failed: .*lock timeout/,
    );
    await other.query('commit');
    expect(await columns()).not.toContain('note');
    expect(await run()).toEqual(['9001_column.sql']);
  });
});

describe('a migration without a transaction', () => {
  const INDEX = `-- For a test; of no use.
    create unique index concurrently if not exists accounts_by_frozen on accounts (frozen)`;

  test('builds an index concurrently, while somebody writes', async () => {
    add('9001_index.sql', `--! no-transaction\n\n${INDEX};`);
    await other.query(`begin; insert into accounts (ledger_id, address) values (1, 'a')`);
    const applied = run();
    await until('it waits for what was open before', async () => {
      return (await indexes()).some(({ valid }) => !valid);
    });
    await client.query(`insert into accounts (ledger_id, address, frozen) values (1, 'b', 'both')`);
    await other.query('commit');
    expect(await applied).toEqual(['9001_index.sql']);
    expect(await indexes()).toEqual([{ index: 'accounts_by_frozen', valid: true }]);
    expect(await run()).toEqual([]);
  });

  test('begins again where it was interrupted: an index that is not whole is built anew', async () => {
    await client.query(
      `insert into accounts (ledger_id, address) select 1, n::text from generate_series(1, 9) n`,
    );
    add(
      '9001_index.sql',
      `--! no-transaction\nalter table accounts add column if not exists note text;\n${INDEX};`,
    );
    await expect(run()).rejects.toThrow(/^migration 9001_index.sql failed: .*unique/);
    expect(await columns()).toContain('note');
    expect(await indexes()).toEqual([{ index: 'accounts_by_frozen', valid: false }]);
    await client.query(`delete from accounts where address <> '1'`);
    expect(await run()).toEqual(['9001_index.sql']);
    expect(await indexes()).toEqual([{ index: 'accounts_by_frozen', valid: true }]);
  });

  test('also where the session that built it was ended', async () => {
    add('9001_index.sql', `--! no-transaction\n${INDEX};`);
    await other.query(`begin; insert into accounts (ledger_id, address) values (1, 'a')`);
    const ended = expect(run()).rejects.toThrow('9001_index.sql');
    await until('it builds', async () => (await indexes()).length === 1);
    await client.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'razao migrate' and datname = $1`,
      [name],
    );
    await ended;
    await other.query('commit');
    expect(await indexes()).toEqual([{ index: 'accounts_by_frozen', valid: false }]);
    expect(await run()).toEqual(['9001_index.sql']);
    expect(await indexes()).toEqual([{ index: 'accounts_by_frozen', valid: true }]);
  });

  test('is no deadlock where several migrate at once', async () => {
    add('9001_index.sql', `--! no-transaction\n${INDEX};`);
    await other.query(`begin; insert into accounts (ledger_id, address) values (1, 'a')`);
    const runs = [run(), run(), run()];
    await until('one builds', async () => (await indexes()).length === 1);
    await other.query('commit');
    const applied = await Promise.all(runs);
    expect(applied.flat()).toEqual(['9001_index.sql']);
  });
});

function add(file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}

function run(say?: (line: string) => void, patienceMs?: number): Promise<string[]> {
  return migrate(url, {
    folder: pathToFileURL(`${folder}/`),
    ...(say && { say }),
    ...(patienceMs !== undefined && { patienceMs }),
  });
}

async function columns(): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select attname::text as name from pg_attribute where attrelid = 'accounts'::regclass and attnum > 0`,
  );
  return rows.map((row) => row.name);
}

async function indexes(): Promise<{ index: string; valid: boolean }[]> {
  const { rows } = await client.query<{ index: string; valid: boolean }>(
    `select indexrelid::regclass::text as index, indisvalid as valid from pg_index
     where indrelid = 'accounts'::regclass and not indisprimary`,
  );
  return rows;
}
