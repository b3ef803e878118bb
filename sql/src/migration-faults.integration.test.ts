import { randomBytes } from 'node:crypto';
import { createDatabase, dropDatabase } from '@razao/stack/services/with-postgres.ts';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrationFaults } from './migration-faults.cases.ts';
import { migrationNames, parseMigration, readMigration } from './migrations.ts';

// What every migration after the first three is held to, and that it is noticed.
const SERVER = String(process.env['RAZAO_TEST_DATABASE_URL']);
const FREE = 3;

const template = `razao_test_${randomBytes(6).toString('hex')}`;
let name: string;
let client: Client;

beforeAll(async () => {
  const first = new Client(await createDatabase(SERVER, template));
  await first.connect();
  for (const migration of migrationNames().slice(0, FREE))
    await first.query(readMigration(migration).text);
  await first.query(ROWS);
  await first.query('vacuum analyze');
  await first.end();
});
afterAll(() => dropDatabase(SERVER, template));
beforeEach(async () => {
  name = `razao_test_${randomBytes(6).toString('hex')}`;
  client = new Client(await createDatabase(SERVER, name, template));
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await dropDatabase(SERVER, name);
});

test('every migration lets the processes work meanwhile', async () => {
  for (const migration of migrationNames().slice(FREE))
    expect([migration, await migrationFaults(client, readMigration(migration))]).toEqual([
      migration,
      [],
    ]);
});

const ALONE = '--! no-transaction\n';
const SCAN = (table: string, locked = table) => `scans ${table} while ${locked} cannot be used`;

describe('a migration is refused that', () => {
  test.each([
    ['builds an index', 'create index on entries (sequence)', SCAN('entries')],
    [
      'builds an index, without a transaction',
      `${ALONE}create index if not exists i on entries (sequence)`,
      SCAN('entries'),
    ],
    [
      'makes a key',
      'alter table entries add unique (ledger_id, balance_id, version, sequence)',
      SCAN('entries'),
    ],
    [
      'adds a constraint that is checked at once',
      'alter table transactions add constraint c check (sequence > 0)',
      SCAN('transactions'),
    ],
    [
      'checks it in the same transaction',
      'alter table transactions add constraint c check (sequence > 0) not valid; alter table transactions validate constraint c',
      SCAN('transactions'),
    ],
    ['forbids null', 'alter table holds alter column amount set not null', SCAN('holds')],
    [
      'changes a type',
      'alter table held_changes alter column sequence type numeric',
      'writes held_changes anew',
    ],
    [
      'adds a column that is different in each row',
      'alter table entries add column note uuid not null default gen_random_uuid()',
      'writes entries anew',
    ],
    [
      'fills a column',
      `update transactions set description = ''`,
      'changes many rows of transactions',
    ],
    [
      'deletes many rows',
      'delete from held_changes where amount > 0',
      'changes many rows of held_changes',
    ],
    [
      'reads a large table while another is locked',
      'alter table accounts add column note text; create table sums as select sum(amount) from entries',
      SCAN('entries', 'accounts'),
    ],
    [
      'locks a table and reads it',
      'lock table balances in share mode; select sum(posted) from balances',
      SCAN('balances'),
    ],
    [
      'cannot go on where it was interrupted',
      `${ALONE}alter table entries add column note text; create index concurrently i on entries (note)`,
      'cannot be repeated: column "note" of relation "entries" already exists',
      'cannot be repeated: relation "i" already exists',
    ],
  ])('%s', async (_, text, ...faults) => {
    expect(await migrationFaults(client, parseMigration('bad.sql', text))).toEqual(
      expect.arrayContaining(faults),
    );
  });
});

describe('a migration is none the worse that', () => {
  test.each([
    ['adds a column', 'alter table entries add column note text'],
    [
      'adds a column with a fixed default',
      `alter table entries add column note text not null default 'none'`,
    ],
    [
      'adds a constraint that is not checked yet',
      'alter table transactions add constraint c check (sequence > 0) not valid',
    ],
    [
      'checks it in a transaction of its own',
      `${ALONE}alter table transactions drop constraint if exists c;
       alter table transactions add constraint c check (sequence > 0) not valid;
       alter table transactions validate constraint c`,
    ],
    [
      'builds an index concurrently',
      `${ALONE}create index concurrently if not exists i on entries (sequence)`,
    ],
    ['makes a table and fills it', 'create table sums as select sum(amount) from entries'],
    [
      'replaces a function',
      readMigration('0003_past_balances.sql').text.replaceAll(
        'create function',
        'create or replace function',
      ),
    ],
    [
      'changes a row',
      `update balances set max_balance = 1 where ledger_id = 1 and address = 'a1' and asset = 'BRL/2'`,
    ],
    [
      'writes a small table anew',
      'alter table ledgers add column note uuid not null default gen_random_uuid()',
    ],
  ])('%s', async (_, text) => {
    expect(await migrationFaults(client, parseMigration('good.sql', text))).toEqual([]);
  });
});

/** Rows that need not be right, in every large table. */
const ROWS = `
  insert into settings (name, value) values ('shards', '4');
  insert into ledgers (name, accounts) values ('a', 'auto');
  insert into accounts (ledger_id, address) select 1, 'a' || n from generate_series(1, 2000) n;
  insert into balances (ledger_id, address, asset, id) select 1, 'a' || n, 'BRL/2', n from generate_series(1, 2000) n;
  insert into transactions (ledger_id, sequence, id, accepted_at, posted_at, kind, status, fingerprint, hash, postings)
    select 1, n, gen_random_uuid(), now(), now(), 'transfer', 'posted', sha256('a'), sha256('a'), '[]'
    from generate_series(1, 2000) n;
  insert into entries (ledger_id, balance_id, version, sequence, amount, balance_after)
    select 1, n, 1, n, 1, 1 from generate_series(1, 2000) n;
  insert into held_changes (ledger_id, balance_id, version, sequence, amount, held_after)
    select 1, n, 2, n, 1, 1 from generate_series(1, 2000) n;
  insert into dated_entries (ledger_id, balance_id, version, sequence, effective_at, amount, total_after)
    select 1, n, 1, n, now(), 1, 1 from generate_series(1, 2000) n;
  insert into dated_totals (ledger_id, balance_id, level, span, total)
    select 1, n, 0, n, 1 from generate_series(1, 2000) n;
  insert into holds (ledger_id, id, status, expires_at, amount, changed)
    select 1, gen_random_uuid(), 'pending', now(), 1, n from generate_series(1, 2000) n;
  insert into reverted (ledger_id, id, amount, changed)
    select 1, gen_random_uuid(), 1, n from generate_series(1, 2000) n;
  insert into assets (ledger_id, code, scale) select 1, 'A' || n, '2' from generate_series(1, 2000) n;
  insert into outbox (ledger_id, first_sequence, last_sequence, addresses)
    select 1, n, n, '{}' from generate_series(1, 2000) n;
`;
