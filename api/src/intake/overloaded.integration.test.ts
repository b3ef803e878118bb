import { setTimeout as delay } from 'node:timers/promises';
import type { ChunkData } from '@razao/shared/contract/chunk.ts';
import {
  BACKLOG_AGE_MS_MAX,
  QUEUE_BYTES_MAX,
  QUEUE_COMMANDS_MAX,
} from '@razao/shared/contract/limits.ts';
import { addChunk, newChunkId, openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { backlogKey } from '@razao/shared/runtime/keys.ts';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import { emptyRedis } from '@razao/shared/test/redis.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { transfer } from '../../test/client.ts';
import { openTestApi, SHARDS, type TestApi } from '../../test/open-test-api.ts';
import { expectProblem } from '../../test/problem.ts';
import { queuedChunks } from '../../test/queue.ts';

let api: TestApi;

// Nothing posts here.
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());
beforeEach(() => emptyRedis(api.redis));

describe.each([
  ['commands', QUEUE_COMMANDS_MAX],
  ['bytes', QUEUE_BYTES_MAX],
] as const)('of %s', (unit, max) => {
  test('a ledger alone may have half of what may wait; beyond it a write is refused, and nothing of it is stored', async () => {
    const ledger = await api.newLedger();
    await fill(ledger, { [unit]: max / 2 });
    const answer = await api.post(ledger, transfer(), { key: 'k' });
    expectProblem(answer, 503, 'overloaded');
    expect(answer.body['detail']).toContain(`as many ${unit} of this ledger`);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await queuedChunks(api.redis)).toEqual([]);
    expect(await api.redis.keys('*:t:ledger*')).toEqual([]);
    await fill(ledger, { [unit]: max / 2 - 1 });
    const other = transfer('world', 'users:1', '7');
    const accepted = await api.post(ledger, other, { key: 'k' });
    expect(accepted.status, 'its key is free').toBe(202);
    expect(accepted.headers.has('idempotency-replayed')).toBe(false);
  });

  test('who fills its half does not keep out another of its shard, which may have half of the rest', async () => {
    const [noisy, other] = await twoOfOneShard();
    await fill(noisy, { [unit]: max / 2 });
    expectProblem(await api.post(noisy, transfer()), 503, 'overloaded');
    expect((await api.post(other, transfer())).status).toBe(202);
    await fill(other, { [unit]: max / 4 });
    expectProblem(await api.post(other, transfer()), 503, 'overloaded');
    const [third = ''] = await others(noisy, 1);
    expect((await api.post(third, transfer())).status).toBe(202);
  });

  test('when all is taken nobody has more, a newcomer neither', async () => {
    const [noisy, other] = await twoOfOneShard();
    await fill(noisy, { [unit]: max });
    expectProblem(await api.post(other, transfer()), 503, 'overloaded');
  });

  test('a full shard does not hold up another', async () => {
    const full = await api.newLedger();
    await fill(full, { [unit]: max });
    let other = await api.newLedger();
    while (shardOf(other, SHARDS) === shardOf(full, SHARDS)) other = await api.newLedger();
    expect((await api.post(other, transfer())).status).toBe(202);
  });
});

test('a bulk is admitted or refused as a whole', async () => {
  const ledger = await api.newLedger();
  const bulk = Array.from({ length: 10 }, (_, i) => ({ idempotency_key: `k${i}`, ...transfer() }));
  await fill(ledger, { commands: QUEUE_COMMANDS_MAX / 2 - 1 });
  const accepted = await api.bulk(ledger, bulk);
  expect([accepted.status, (await queuedChunks(api.redis))[0]?.commands.length]).toEqual([202, 10]);
  await delay(2 * BACKLOG_AGE_MS_MAX);
  expectProblem(await api.bulk(ledger, bulk), 503, 'overloaded');
});

test('of a burst the rest is refused once the part is taken, also within one chunk', async () => {
  const [ledger, other] = await twoOfOneShard();
  await fill(ledger, { commands: QUEUE_COMMANDS_MAX / 2 - 6 });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => api.post(i % 2 ? other : ledger, transfer())),
  );
  const accepted = answers.filter(({ status }) => status === 202).length;
  // All ten of the other's, and one to six of the ledger's own: each takes from what is left for all.
  expect(accepted).toBeGreaterThanOrEqual(11);
  expect(accepted).toBeLessThanOrEqual(16);
  expect(answers.filter(({ body }) => body['code'] === 'overloaded')).toHaveLength(20 - accepted);
  const queued = (await queuedChunks(api.redis)).flatMap(({ commands }) => commands);
  expect(queued).toHaveLength(accepted);
});

test('what a client alone can send one by one does not fill the queue', async () => {
  const ledger = await api.newLedger();
  const [one] = await queuedAfter(api.post(ledger, transfer()));
  const queue = openChunkQueue(api.redis, api.keysOf(ledger));
  const adding = Array.from({ length: 5_000 }, () =>
    addChunk(queue, newChunkId(), one as ChunkData),
  );
  await Promise.all(adding);
  await queue.close();
  await delay(2 * BACKLOG_AGE_MS_MAX);
  expect((await api.post(ledger, transfer())).status).toBe(202);
  const backlog = await api.redis.hgetall(backlogKey(api.keysOf(ledger)));
  expect(backlog).toMatchObject({ chunks: '5002', commands: '5002' });
});

test('a Redis that is full of what is finished takes writes', async () => {
  const ledger = await api.newLedger();
  await limitMemory(0.9);
  try {
    // The API looks at the memory ten times a second.
    await delay(500);
    expect((await api.post(ledger, transfer())).status).toBe(202);
  } finally {
    await api.redis.config('SET', 'maxmemory', '512mb');
  }
});

test('a Redis of which too much is taken by what waits takes no more, of no shard, until it is given more room', async () => {
  const [full, other] = [await api.newLedger(), await api.newLedger()];
  const [, bytes] = [await fill(full, { bytes: 400e6 }), 512 * 1024 * 1024];
  await api.redis.config('SET', 'maxmemory', String(bytes));
  await until('a write is refused', async () => {
    const { status, body } = await api.post(other, transfer());
    return status === 503 && body['code'] === 'overloaded';
  });
  await api.redis.config('SET', 'maxmemory', String(2 * bytes));
  await until(
    'a write is accepted',
    async () => (await api.post(other, transfer())).status === 202,
  );
});

/** Makes a ledger's backlog so large, and that of its shard, and lets the API forget what it knew. */
async function fill(ledger: string, amount: { commands?: number; bytes?: number }): Promise<void> {
  const key = backlogKey(api.keysOf(ledger));
  const { rows } = await api.database.query('select uid from ledgers where name = $1', [ledger]);
  for (const [unit, value] of Object.entries(amount)) {
    const field = `${unit.slice(0, 1)}:${rows[0].uid}`;
    const before = Number((await api.redis.hget(key, field)) ?? 0);
    await api.redis.hincrby(key, unit, value - before);
    await api.redis.hset(key, field, value);
  }
  await delay(2 * BACKLOG_AGE_MS_MAX);
}

async function queuedAfter(write: Promise<unknown>): Promise<ChunkData[]> {
  await write;
  return queuedChunks(api.redis);
}

async function twoOfOneShard(): Promise<[string, string]> {
  const one = await api.newLedger();
  const [other = ''] = await others(one, 1);
  return [one, other];
}

/** Ledgers of the same shard. */
async function others(ledger: string, count: number): Promise<string[]> {
  const found: string[] = [];
  while (found.length < count) {
    const other = await api.newLedger();
    if (shardOf(other, SHARDS) === shardOf(ledger, SHARDS)) found.push(other);
  }
  return found;
}

/** Makes what Redis uses now this share of what it may use. */
async function limitMemory(share: number): Promise<void> {
  const used = Number(/^used_memory:(\d+)/m.exec(await api.redis.info('memory'))?.[1]);
  await api.redis.config('SET', 'maxmemory', String(Math.round(used / share)));
}
