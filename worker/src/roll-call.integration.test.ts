import { createTestDatabase } from '@razao/stack/test-database.ts';
import { until } from '@razao/stack/testing/until.ts';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createRollCall, type RollCall } from './roll-call.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let calls: RollCall[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());
afterEach(async () => {
  await Promise.all(calls.map((call) => call.stop()));
  calls = [];
});

test('each process counts all that are present, and forgets one that leaves', async () => {
  const [first, second] = [await join(), await join()];
  await until('both see two', () => first.processes() === 2 && second.processes() === 2);
  await second.stop();
  await until('one is left', () => first.processes() === 1);
});

test('a process that could not work is not counted, until it can again', async () => {
  let able = true;
  const [first, second] = [await join(), await join(() => able)];
  await until('both see two', () => first.processes() === 2 && second.processes() === 2);
  able = false;
  await until('it has left', () => first.processes() === 1 && second.processes() === 1);
  able = true;
  await until('it is back', () => first.processes() === 2 && second.processes() === 2);
});

test('a session that is ended is opened again', async () => {
  const [first, second] = [await join(), await join()];
  await until('both see two', () => first.processes() === 2 && second.processes() === 2);
  const client = new Client(database.url);
  await client.connect();
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'razao roll call' and datname = current_database()`,
  );
  await client.end();
  await until('one is missed', () => first.processes() === 1 || second.processes() === 1);
  await until('both see two', () => first.processes() === 2 && second.processes() === 2);
});

test('without Postgres a process counts itself', async () => {
  const nowhere = new URL(database.url);
  nowhere.port = '1';
  const call = createRollCall(nowhere.href, () => true);
  calls.push(call);
  await call.start();
  expect(call.processes()).toBe(1);
});

async function join(present: () => boolean = () => true): Promise<RollCall> {
  const call = createRollCall(database.url, present);
  calls.push(call);
  await call.start();
  return call;
}
