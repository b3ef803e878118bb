import { createTestDatabase, type TestDatabase } from '@razao/stack/test-database.ts';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrationNames } from './migrations.ts';
import { RELATIONS, schemaFault } from './schema.ts';

let database: TestDatabase;
let client: Client;
beforeEach(async () => {
  database = await createTestDatabase();
  client = new Client(database.url);
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

test('a schema that has every migration can be worked with, also one that has more', async () => {
  expect(await fault()).toBeNull();
  await client.query(`insert into migrations (name) values ('9999_of_tomorrow.sql')`);
  expect(await fault()).toBeNull();
});

test('one that lacks a migration cannot, whichever it is; the fault names it', async () => {
  const name = migrationNames()[1] ?? '';
  await client.query('delete from migrations where name = $1', [name]);
  expect(await fault()).toMatch(`lacks the migrations ${name}`);
});

test('one that lacks a table or view cannot, whichever it is; the fault names it', async () => {
  for (const relation of RELATIONS) {
    await client.query('begin');
    await client.query(`drop ${relation.endsWith('_view') ? 'view' : 'table'} ${relation} cascade`);
    await expect(fault()).resolves.toMatch(relation === 'migrations' ? /./ : relation);
    await client.query('rollback');
  }
});

test('a database that is empty cannot', async () => {
  await client.query('drop schema public cascade; create schema public');
  expect(await fault()).toMatch('0001_ledger.sql');
});

test('the tables and views that are looked for are all that there are', async () => {
  const { rows } = await client.query<{ name: string }>(
    `select relname::text as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') order by 1`,
  );
  expect(rows.map(({ name }) => name)).toEqual(RELATIONS.toSorted());
});

test('a database that does not answer is no fault of the schema', async () => {
  const gone = new Client(database.url);
  gone.on('error', () => {});
  await gone.connect();
  await gone.end();
  await expect(schemaFault((question) => gone.query(question))).rejects.toThrow();
});

function fault(): Promise<string | null> {
  return schemaFault((question) => client.query(question));
}
