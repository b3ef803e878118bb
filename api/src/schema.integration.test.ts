import { createLog } from '@razao/shared/runtime/log.ts';
import { migrationNames } from '@razao/sql/migrations.ts';
import { freePort } from '@razao/stack/ports.ts';
import { until } from '@razao/stack/test/until.ts';
import { createTestDatabase } from '@razao/stack/test-database.ts';
import { startTestRedis } from '@razao/stack/test-redis.ts';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEST_KEY, transfer } from '../test/client.ts';
import { closeLawful, openTestApi, type TestApi } from '../test/open-test-api.ts';
import { expectProblem } from '../test/problem.ts';
import { createApi } from './create-api.ts';

const NEWEST = migrationNames().at(-1) ?? '';
const FORGET = `delete from migrations where name = '${NEWEST}'`;
const REMEMBER = `insert into migrations (name) values ('${NEWEST}')`;

describe('an API that runs', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await openTestApi();
  });
  afterAll(() => closeLawful(api));

  test.each([
    ['older than it is', FORGET, REMEMBER, `it lacks the migrations ${NEWEST}`],
    [
      'damaged',
      'alter table holds rename to gone',
      'alter table gone rename to holds',
      'it lacks holds',
    ],
    [
      'gone',
      'alter schema public rename to gone; create schema public',
      'drop schema public; alter schema gone rename to public',
      `it lacks the migrations ${migrationNames().join(', ')}`,
    ],
  ])('is not ready while the schema is %s, and says why', async (_, breaks, mends, why) => {
    expect((await api.get('/readyz')).status).toBe(200);
    await api.database.query(breaks);
    // What the installation is found to be may be said a moment before.
    await expect
      .poll(async () => (await api.get('/readyz')).body, { timeout: 10_000 })
      .toMatchObject({
        ready: false,
        dependencies: {
          postgres: { ok: true },
          schema: { ok: false, fault: expect.stringContaining(why) },
        },
      });
    expect((await api.get('/readyz')).status).toBe(503);
    await api.database.query(mends);
    await until('it is ready', async () => (await api.get('/readyz')).status === 200);
  });

  test('answers 503 and not 500 where a table is gone', async () => {
    const ledger = await api.newLedger();
    await api.database.query('alter table balances rename to gone');
    const answer = await api.get(`/v1/ledgers/${ledger}/accounts/a?consistency=strong`);
    await api.database.query('alter table gone rename to balances');
    // Views know their tables by number; functions do not.
    expect([200, 404, 503]).toContain(answer.status);
    await api.database.query('alter view ledgers_view rename to gone');
    expectProblem(await api.get(`/v1/ledgers/${ledger}`), 503, 'unavailable');
    await api.database.query('alter view gone rename to ledgers_view');
    expect((await api.get(`/v1/ledgers/${ledger}`)).status).toBe(200);
  });

  test('is ready where the schema is newer', async () => {
    await api.database.query(`insert into migrations (name) values ('9999_of_tomorrow.sql')`);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await api.get('/readyz')).status).toBe(200);
  });
});

test('an API that is started before its migrations serves nothing but why, and begins once they are there', async () => {
  const [database, redis, port] = await Promise.all([
    createTestDatabase(),
    startTestRedis(),
    freePort(),
  ]);
  const client = new Client(database.url);
  await client.connect();
  await client.query(FORGET);
  const services = createApi(
    {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      HOST: '127.0.0.1',
      PORT: port,
      SHARDS: 1,
      DURABILITY: 'checked',
      QUEUE_COMMANDS_MAX: 1_000,
      QUEUE_BYTES_MAX: 1_000_000,
      QUEUE_SECONDS_MAX: 0,
      LOG_LEVEL: 'silent',
      RAZAO_DEV_KEY: TEST_KEY,
    },
    createLog('test', 'silent'),
  );
  const url = `http://127.0.0.1:${port}`;
  const headers = { Authorization: `Bearer ${TEST_KEY}`, 'Content-Type': 'application/json' };
  const put = () => fetch(`${url}/v1/ledgers/a`, { method: 'PUT', headers, body: '{}' });
  const started = (async () => {
    for (const service of services) await service.start();
  })();
  try {
    await expect
      .poll(async () => (await fetch(`${url}/readyz`)).json(), { timeout: 10_000 })
      .toMatchObject({
        ready: false,
        dependencies: { schema: { ok: false, fault: expect.stringContaining(NEWEST) } },
      });
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    // It waits, but turns.
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    const refused = await put();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({ code: 'unavailable', status: 503 });
    await client.query(REMEMBER);
    await started;
    await until('it is ready', async () => (await fetch(`${url}/readyz`)).status === 200);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await put()).status).toBe(201);
    const posted = await fetch(`${url}/v1/ledgers/a/transactions`, {
      method: 'POST',
      headers: { ...headers, 'Idempotency-Key': 'k' },
      body: JSON.stringify(transfer()),
    });
    expect(posted.status).toBe(202);
  } finally {
    await client.query(`${REMEMBER} on conflict do nothing`);
    await started;
    for (const service of services.reverse()) await service.stop();
    await client.end();
    await Promise.all([redis.remove(), database.drop()]);
  }
});
