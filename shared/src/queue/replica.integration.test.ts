import { until } from '@razao/stack/test/until.ts';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ConsumerBench, ONE, openConsumerBench, takeIds } from '../../test/consumer-bench.ts';
import { toChunk } from '../contract/chunk.ts';
import { intactKey } from '../runtime/keys.ts';
import { addWithRecords } from './chunk-queue.ts';

// A Redis that becomes a replica while it is worked with, and a primary again.

let server: TestRedis;
let bench: ConsumerBench;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server?.remove());
beforeEach(() => {
  bench = openConsumerBench(server.url, 0);
});
afterEach(async () => {
  await bench.redis.replicaof('NO', 'ONE');
  await bench.redis.flushall();
  await bench.close();
});

test('what is committed and cannot be completed comes again, in order, and never counts as failed', async () => {
  const ids = await bench.add(20);
  const owner = bench.openOwner();
  const chunks = await owner.consumer.take(ONE);
  await becomeReplica();
  await owner.consumer.complete(chunks);
  const during = await bench.states();
  expect(during.active).toContain('c-1');
  expect(during.failed).toEqual([]);
  await bench.redis.replicaof('NO', 'ONE');
  expect(await takeIds(owner, 20)).toEqual(ids);
  await until('the queue is empty', async () => (await bench.states()).active.length === 0);
  expect(await bench.states()).toEqual({ waiting: [], active: [], failed: [] });
});

test('a chunk is not added, nor any of its records', async () => {
  await bench.redis.set(intactKey(bench.keys), '1');
  await becomeReplica();
  const departure = {
    keys: bench.keys,
    claims: [{ key: bench.queue.toKey('record'), line: 'in c-x' }],
    chunkId: 'c-x',
    data: toChunk([]),
    deadline: Date.now() + 60_000,
  };
  await expect(addWithRecords(bench.redis, bench.queue, departure)).rejects.toThrow(/EXECABORT/);
  expect(await bench.redis.exists(bench.queue.toKey('record'), bench.queue.toKey('c-x'))).toBe(0);
  await bench.redis.replicaof('NO', 'ONE');
  expect(await addWithRecords(bench.redis, bench.queue, departure)).toEqual({
    admission: 'added',
    backlog: { chunks: 0, commands: 0, bytes: 0, rate: null },
  });
});

/** Of a primary that is not there: it keeps what it has. */
async function becomeReplica(): Promise<void> {
  await bench.redis.replicaof('127.0.0.1', 1);
}
