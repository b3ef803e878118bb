import { readdirSync } from 'node:fs';
import { createTestDatabase, type TestDatabase } from '@razao/stack/test-database.ts';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadCommand } from './load.ts';

const ALL = readdirSync(new URL('../commands/', import.meta.url))
  .map((name) => name.replace('.sql', ''))
  .sort();
/** They have no parameters, and cannot be prepared: their rows follow them. */
const COPIES = ALL.filter((name) => name.startsWith('copy_'));
const NAMES = ALL.filter((name) => !COPIES.includes(name));

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

describe.each(NAMES)('%s.sql', (name) => {
  const { text } = loadCommand(name);

  test('is a statement that the migrated schema accepts, with the parameters that its header names', async () => {
    await client.query(`prepare ${name} as ${text}`);
    const { rows } = await client.query<{ types: string[] }>(
      'select parameter_types::text[] as types from pg_prepared_statements where name = $1',
      [name],
    );
    expect(rows[0]?.types).toEqual(parametersOf(text));
  });

  test('begins by saying what it does', () => {
    expect(text).toMatch(/^-- [A-Z]/);
  });
});

describe.each(COPIES)('%s.sql', (name) => {
  const { text } = loadCommand(name);

  test('is a copy into columns that the migrated schema has, and names every one', async () => {
    const [, table = '', listed = ''] = /^copy (\w+) \(([^)]+)\)\nfrom stdin$/m.exec(text) ?? [];
    const { rows } = await client.query<{ columns: string[] }>(
      `select array_agg(attname::text order by attname) as columns
       from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
      [table],
    );
    expect(rows[0]?.columns).toEqual(listed.split(/,\s+/).sort());
  });

  test('begins by saying what it does', () => {
    expect(text).toMatch(/^-- [A-Z]/);
  });
});

/** The types in a statement's header, `$1 integer[] ledgers, $2 text[] addresses`, as Postgres spells them. */
function parametersOf(text: string): string[] {
  const header = text.split('\n').filter((line) => line.startsWith('--'));
  const named = [...header.join('\n').matchAll(/\$(\d+) (\w+(?:\[\])?)/g)];
  expect(named.map(([, number]) => Number(number))).toEqual(named.map((_, index) => index + 1));
  return named.map(([, , type = '']) =>
    type.replace('timestamptz', 'timestamp with time zone').replace('float8', 'double precision'),
  );
}
