import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../test/until.ts';
import { TEST_DIRECTORY } from './paths.ts';
import { runStack } from './run-stack.ts';
import { askRedis } from './services/ask-redis.ts';
import { withPostgres } from './services/with-postgres.ts';
import type { Stack } from './stack-options.ts';
import { createTestDatabase } from './test-database.ts';
import { startTestRedis } from './test-redis.ts';
import { watchServices } from './watch-services.ts';

const fake = join(import.meta.dirname, '../test/fake-server.ts');
const entries = { api: fake, worker: fake };
const directory = (name: string) => join(TEST_DIRECTORY, name);
const timing = { probeIntervalMs: 50, backoffFirstMs: 20 };
let stack: Stack;

beforeAll(async () => {
  stack = await runStack({
    directory: directory('stack'),
    ports: 'free',
    workers: 2,
    supervise: true,
    entries,
    timing,
  });
});
afterAll(() => stack.stop());

test('every process answers and knows its services', async () => {
  expect(stack.processes.map(({ name }) => name)).toEqual(['api', 'worker', 'worker-2']);
  for (const { url } of stack.processes) {
    const response = await fetch(url);
    expect(await response.text()).toBe(stack.databaseUrl);
  }
});

test('the database is migrated', async () => {
  const count = await withPostgres(
    stack.databaseUrl,
    async (client) => (await client.query('select count(*)::int as n from migrations')).rows[0].n,
  );
  expect(count).toBeGreaterThan(0);
});

test('a second stack on the same Postgres has a database of its own, which it drops', async () => {
  const { postgres } = stack.services;
  const redis = await startTestRedis();
  const second = await runStack({
    directory: directory('second'),
    ports: 'free',
    services: { postgres, redis },
    database: 'second',
    entries,
    timing,
  });
  expect(second.databaseUrl).toMatch(/\/second$/);
  expect(second.redisUrl).toBe(redis.url);
  await second.stop();
  await expect(withPostgres(second.databaseUrl, async () => {})).rejects.toThrow(/not exist/);
  expect(postgres.pid).not.toBeNull();
  expect(redis.pid).not.toBeNull();
  await redis.remove();
});

test('a service that dies is started again', async () => {
  const events: string[] = [];
  const { postgres, redis } = stack.services;
  const pids = [postgres.pid, redis.pid];
  const endWatch = watchServices([postgres, redis], {
    intervalMs: 20,
    onEvent: (name, text) => events.push(`${name} ${text}`),
    onChange: () => {},
  });
  await Promise.all([postgres.kill(), redis.kill()]);
  await until('both run', () => postgres.pid !== null && redis.pid !== null);
  await until('Redis answers', async () =>
    (await askRedis(Number(new URL(redis.url).port), 'PING')).startsWith('+PONG'),
  );
  endWatch();
  expect([postgres.pid, redis.pid]).not.toEqual(pids);
  expect(events.sort()).toEqual(['postgres ended, starts again', 'redis ended, starts again']);
  await withPostgres(stack.databaseUrl, (client) => client.query('select 1'));
});

test('a start that is given up stops what it started', async () => {
  const giveUp = new AbortController();
  const redis = await startTestRedis();
  const starting = runStack({
    directory: directory('given-up'),
    ports: 'free',
    services: { postgres: stack.services.postgres, redis },
    database: 'given_up',
    env: { FAKE: 'mute' },
    entries,
    timing,
    signal: giveUp.signal,
    onChange: () => giveUp.abort(),
  });
  await expect(starting).rejects.toThrow();
  expect(redis.pid).not.toBeNull();
  await redis.remove();
});

test('test databases are migrated copies that do not share rows', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await withPostgres(one.url, (client) => client.query('create table mine (n int)'));
  const seen = await withPostgres(
    other.url,
    async (client) => (await client.query(`select to_regclass('mine') as t`)).rows[0].t,
  );
  expect(seen).toBeNull();
  await Promise.all([one.drop(), other.drop()]);
  await expect(withPostgres(one.url, async () => {})).rejects.toThrow(/not exist/);
});
