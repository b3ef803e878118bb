import { createClock } from '@razao/shared/runtime/clock.ts';
import { openTcpProxy } from '@razao/stack/test/tcp-proxy.ts';
import { until } from '@razao/stack/test/until.ts';
import { createTestDatabase } from '@razao/stack/test-database.ts';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { SILENT } from '../../test/books.ts';
import { createMembership, type Membership } from './membership.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let calls: Membership[] = [];
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
  const call = await join(() => true, nowhere.href);
  await until('it says why', () => call.fault()?.includes('ECONNREFUSED') === true);
  expect(call.processes()).toBe(1);
});

test.each([true, false])(
  'it says whether Postgres answers, present or not: %s',
  async (present) => {
    const proxy = await openTcpProxy(database.url);
    const call = await join(() => present, proxy.url);
    expect(call.fault()).toBe('not connected');
    await until('it answers', () => call.fault() === null);
    await proxy.cut();
    await until('it is missed', () => call.fault() !== null);
    await proxy.mend();
    await until('it is back', () => call.fault() === null);
    expect(call.processes()).toBe(1);
    await proxy.close();
  },
);

test('it says that Postgres has fallen silent', async () => {
  const proxy = await openTcpProxy(database.url);
  const call = await join(() => false, proxy.url);
  await until('it answers', () => call.fault() === null);
  proxy.silence();
  await until('its silence is noticed', () => call.fault() !== null);
  await proxy.close();
});

async function join(
  present: () => boolean = () => true,
  databaseUrl = database.url,
): Promise<Membership> {
  const call = createMembership({
    databaseUrl,
    durability: 'checked',
    clock: createClock(),
    log: SILENT,
    present,
  });
  calls.push(call);
  await call.start();
  return call;
}
