import { readdirSync } from 'node:fs';
import { createTestDatabase, type TestDatabase } from '@razao/stack/test-database.ts';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chainLedgers, fillLedger } from '../test/books.ts';
import { moneyBook } from '../test/money-book.ts';
import { runChecks } from './check.ts';
import { FAULTS } from './check-faults.cases.ts';
import { HOLD_FAULTS } from './check-hold-faults.cases.ts';
import { MONEY_FAULTS } from './check-money-faults.cases.ts';

const CHECKS = readdirSync(new URL('../checks/', import.meta.url)).map((name) =>
  name.replace('.sql', ''),
);
const ALL_FAULTS = [...FAULTS, ...HOLD_FAULTS, ...MONEY_FAULTS];

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

test('invariant 7: an empty database breaks no law', async () => {
  expect(await runChecks(client)).toEqual([]);
});

describe('invariant 7', () => {
  beforeAll(async () => {
    await fillLedger(client, { transactions: 12, accounts: 3 });
    await client.query(OTHER_LEDGERS);
    await client.query(moneyBook());
    await client.query(
      `update settings set value = '2025-01-01Z' where name = 'effects_follow_since'`,
    );
    await chainLedgers(client);
  });

  test('good books break no law', async () => {
    expect(await runChecks(client)).toEqual([]);
  });

  test.each(ALL_FAULTS)('%s is found', async (_, change, ...found) => {
    await client.query('begin');
    try {
      await client.query(change);
      const violations = await runChecks(client);
      expect(violations.map(({ check }) => check.replace('.sql', ''))).toEqual(found);
      for (const { rows } of violations) expect(rows.length).toBeGreaterThan(0);
    } finally {
      await client.query('rollback');
    }
  });

  test('every check is broken by one of these faults', () => {
    expect([...new Set(ALL_FAULTS.flatMap(([, , ...found]) => found))].sort()).toEqual(
      CHECKS.sort(),
    );
  });
});

/** A ledger whose only transaction was rejected, and one in which an account was only set up. */
const OTHER_LEDGERS = `
  insert into ledgers (name, accounts, next_sequence, next_balance, last_posted_at)
    values ('refused', 'auto', 2, 1, '2026-01-01Z'), ('unused', 'explicit', 1, 2, null);
  insert into transactions (ledger_id, sequence, id, accepted_at, posted_at, kind, status, fingerprint, hash, postings, rejection)
    values (2, 1, gen_random_uuid(), '2026-01-01Z', '2026-01-01Z', 'transfer', 'rejected', sha256('a'), sha256('b'),
      '[["users:1", "world", "BRL/2", "5"]]', '{"code": "insufficient_funds"}');
  insert into accounts (ledger_id, address) values (3, 'users:1');
  insert into balances (ledger_id, address, asset, id) values (3, 'users:1', 'BRL/2', 1);
  insert into assets values (3, 'BRL', '2')`;
