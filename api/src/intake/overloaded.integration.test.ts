import { setTimeout as delay } from 'node:timers/promises';
import { QUEUE_CHUNKS_MAX, QUEUE_DEPTH_AGE_MS_MAX } from '@razao/shared/contract/limits.ts';
import { intactKey } from '@razao/shared/runtime/keys.ts';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import { emptyRedis } from '@razao/shared/testing/redis.cases.ts';
import { until } from '@razao/stack/testing/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transfer } from '../testing/client.cases.ts';
import { openTestApi, SHARDS, type TestApi } from '../testing/open-test-api.cases.ts';
import { expectProblem } from '../testing/problem.cases.ts';
import { queuedChunks } from '../testing/queue.cases.ts';

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

test('beyond the limit of chunks a write is refused as overloaded, and nothing of it is stored', async () => {
  const ledger = await api.newLedger();
  const wait = await fill(ledger, QUEUE_CHUNKS_MAX);
  const answer = await api.post(ledger, transfer(), { key: 'k' });
  expectProblem(answer, 503, 'overloaded');
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(await api.redis.llen(wait)).toBe(QUEUE_CHUNKS_MAX);
  expect(await api.redis.keys('*:t:*:*')).toEqual([]);
});

test('chunks that are being committed count as well', async () => {
  const ledger = await api.newLedger();
  const wait = await fill(ledger, QUEUE_CHUNKS_MAX / 2);
  await api.redis.lpush(wait.replace(/wait$/, 'active'), ...dummies(QUEUE_CHUNKS_MAX / 2));
  expectProblem(await api.post(ledger, transfer()), 503, 'overloaded');
});

test('one chunk below the limit is room for one more, and a refused key is free', async () => {
  const ledger = await api.newLedger();
  const wait = await fill(ledger, QUEUE_CHUNKS_MAX);
  expectProblem(await api.post(ledger, transfer(), { key: 'k' }), 503, 'overloaded');
  await api.redis.ltrim(wait, 1, -1);
  await delay(2 * QUEUE_DEPTH_AGE_MS_MAX);
  const other = transfer('world', 'users:1', '7');
  const answer = await api.post(ledger, other, { key: 'k' });
  expect(answer.status).toBe(202);
  expect(answer.headers.has('idempotency-replayed')).toBe(false);
});

test('a full shard does not hold up another', async () => {
  const full = await api.newLedger();
  await fill(full, QUEUE_CHUNKS_MAX);
  let other = await api.newLedger();
  while (shardOf(other, SHARDS) === shardOf(full, SHARDS)) other = await api.newLedger();
  expect((await api.post(other, transfer())).status).toBe(202);
});

test('of a burst that overfills the queue the rest is refused, and each 202 is in it', async () => {
  const ledger = await api.newLedger();
  const wait = await fill(ledger, QUEUE_CHUNKS_MAX - 2);
  const before = (await queuedChunks(api.redis)).length;
  const answers = [];
  for (let i = 0; i < 6; i++) answers.push(await api.post(ledger, transfer()));
  const accepted = answers.filter(({ status }) => status === 202).length;
  expect(answers.filter(({ body }) => body['code'] === 'overloaded')).toHaveLength(6 - accepted);
  // The depth is known as of the flush before: one chunk more may slip in, not many.
  expect(accepted).toBeGreaterThanOrEqual(2);
  expect(accepted).toBeLessThanOrEqual(3);
  expect((await queuedChunks(api.redis)).length - before).toBe(accepted);
  expect(await api.redis.llen(wait)).toBe(QUEUE_CHUNKS_MAX - 2 + accepted);
});

test('a Redis that is nearly full takes no more writes, until it is given more room', async () => {
  const ledger = await api.newLedger();
  await fill(ledger, 0);
  const info = await api.redis.info('memory');
  const used = Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
  await api.redis.config('SET', 'maxmemory', String(Math.floor(used * 1.2)));
  await until('a write is refused', async () => {
    const { status, body } = await api.post(ledger, transfer());
    return status === 503 && body['code'] === 'overloaded';
  });
  await api.redis.config('SET', 'maxmemory', String(used * 10));
  await until('a write is accepted', async () => {
    return (await api.post(ledger, transfer())).status === 202;
  });
});

/** Fills a ledger's queue with chunks that nobody looks into, empties all else, and lets the API forget its depth. */
async function fill(ledger: string, chunks: number): Promise<string> {
  await emptyRedis(api.redis);
  // Else they would be looked into after all.
  await api.redis.set(intactKey(api.keysOf(ledger)), '1');
  const wait = `${api.keysOf(ledger).tag}:chunks:wait`;
  if (chunks > 0) await api.redis.lpush(wait, ...dummies(chunks));
  await delay(2 * QUEUE_DEPTH_AGE_MS_MAX);
  return wait;
}

function dummies(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `dummy-${i}`);
}
