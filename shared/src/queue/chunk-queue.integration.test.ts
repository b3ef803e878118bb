import { setTimeout as delay } from 'node:timers/promises';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ConsumerBench, ONE, openConsumerBench } from '../../test/consumer-bench.ts';
import { toChunk } from '../contract/chunk.ts';
import { intactKey } from '../runtime/keys.ts';
import { createLog } from '../runtime/log.ts';
import {
  addChunk,
  addClaimed,
  addWithRecords,
  type Claim,
  type Departure,
  newChunkId,
} from './chunk-queue.ts';
import { chunksPresent, readDepth } from './depth.ts';
import { reclaimActive } from './reclaim.ts';
import { restoreRecords } from './restore-records.ts';

const log = createLog('test', 'silent');

let server: TestRedis;
let bench: ConsumerBench;
let shard = 0;

beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server?.remove());
beforeEach(() => {
  shard += 1;
  bench = openConsumerBench(server.url, shard);
});
afterEach(() => bench.close());

test('an empty queue has no depth', async () => {
  expect(await readDepth(bench.redis, bench.queue)).toEqual({
    waiting: 0,
    active: 0,
    failed: 0,
    oldestMs: 0,
  });
});

test('invariant 12: waiting and active chunks count, and the oldest is found in either state', async () => {
  await addChunk(bench.queue, 'c-old', toChunk([]));
  await bench.redis.hincrby(bench.queue.toKey('c-old'), 'timestamp', -60_000);
  await bench.add(3);
  const before = await readDepth(bench.redis, bench.queue);
  expect(before).toMatchObject({ waiting: 4, active: 0, failed: 0 });
  await bench.takeWithoutLock();
  const after = await readDepth(bench.redis, bench.queue);
  expect(after).toMatchObject({ waiting: 3, active: 1, failed: 0 });
  for (const { oldestMs } of [before, after])
    expect(Math.abs(oldestMs - 60_000)).toBeLessThan(5_000);
});

test('invariant 3: a chunk is present while it waits or is worked on, and not when it is done', async () => {
  await bench.add(2);
  const { consumer } = bench.openOwner();
  const chunks = await consumer.take(ONE);
  const asked = ['c-1', 'c-2', 'c-unknown', 'c-1'];
  expect(await chunksPresent(bench.redis, bench.queue, asked)).toEqual(new Set(['c-1', 'c-2']));
  await consumer.complete(chunks);
  expect(await chunksPresent(bench.redis, bench.queue, asked)).toEqual(new Set(['c-2']));
});

test('a chunk that is added twice while it is queued is there once', async () => {
  for (let i = 0; i < 2; i++) await addChunk(bench.queue, 'c-x', toChunk([]));
  expect((await bench.states()).waiting).toEqual(['c-x']);
});

test('a chunk and its records are stored at once, and the backlog is that before', async () => {
  await bench.add(2);
  expect(await store('c-x', 'a', 'b')).toEqual({ admission: 'added', before: 2 });
  expect((await bench.states()).waiting).toEqual(['c-1', 'c-2', 'c-x']);
  expect(await stored('a', 'b')).toEqual(['a in c-x', 'b in c-x']);
});

test('invariant 3: where one record exists nothing is stored and no chunk is added, whichever it is', async () => {
  await store('c-first', 'known');
  for (const ids of [
    ['known', 'a', 'b'],
    ['a', 'known', 'b'],
    ['a', 'b', 'known'],
  ])
    expect(await store('c-x', ...ids)).toEqual({ admission: 'known', before: 1 });
  expect((await bench.states()).waiting).toEqual(['c-first']);
  expect(await stored('a', 'known', 'b')).toEqual([null, 'known in c-first', null]);
  // What keeps the chunk out goes by itself.
  const left = await bench.redis.pttl(bench.queue.toKey('c-x'));
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(10_000);
});

test('what is stored twice, its answer having been lost, is there once', async () => {
  for (let i = 0; i < 2; i++)
    expect(await store('c-x', 'a', 'b')).toEqual({ admission: 'added', before: i });
  // Too late as well: it was added in time.
  const departure = { ...departureOf('c-x', 'a', 'b'), deadline: Date.now() - 1_000 };
  expect(await addWithRecords(bench.redis, bench.queue, departure)).toMatchObject({
    admission: 'added',
  });
  expect(await bench.redis.pttl(bench.queue.toKey('c-x'))).toBe(-1);
  expect((await bench.states()).waiting).toEqual(['c-x']);
});

test('invariant 3: after its deadline a chunk is not added, and none of its records is stored', async () => {
  const late = { ...departureOf('c-x', 'a', 'b'), deadline: Date.now() - 1 };
  expect(await addWithRecords(bench.redis, bench.queue, late)).toMatchObject({ admission: 'late' });
  expect((await bench.states()).waiting).toEqual([]);
  expect(await stored('a', 'b')).toEqual([null, null]);
  expect(await store('c-y', 'a', 'b')).toEqual({ admission: 'added', before: 0 });
});

test('what ran long after it was given up on, in a Redis that stood still, is not there', async () => {
  const deadline = Date.now() + 500;
  await server.kill('SIGSTOP');
  const answer = addWithRecords(bench.redis, bench.queue, { ...departureOf('c-x', 'a'), deadline });
  const slow = addClaimed(bench.redis, bench.queue, { ...departureOf('c-y', 'b'), deadline });
  await delay(700);
  await server.kill('SIGCONT');
  expect([(await answer).admission, await slow]).toEqual(['late', 'late']);
  expect((await bench.states()).waiting).toEqual([]);
  expect(await stored('a')).toEqual([null]);
});

test('a chunk whose records are there passes; after its deadline they become what they were', async () => {
  const claims: Claim[] = [
    { key: keyOf('new'), line: 'new in c-x' },
    { key: keyOf('taken'), line: 'taken in c-x', found: 'taken in c-dead' },
    { key: keyOf('lost'), line: 'lost in c-x' },
  ];
  await bench.redis.mset(claims.flatMap(({ key, line }) => [key, line]));
  await bench.redis.set(keyOf('lost'), 'lost in c-other');
  const departure = { ...departureOf('c-x'), claims };
  const late = { ...departure, deadline: Date.now() - 1 };
  expect(await addClaimed(bench.redis, bench.queue, late)).toBe('late');
  expect((await bench.states()).waiting).toEqual([]);
  const undone = [null, 'taken in c-dead', 'lost in c-other'];
  expect(await stored('new', 'taken', 'lost')).toEqual(undone);
  const other = { ...departure, chunkId: 'c-y' };
  expect(await addClaimed(bench.redis, bench.queue, other)).toBe('added');
  // Once it is there it is not taken away again.
  expect(await addClaimed(bench.redis, bench.queue, { ...late, chunkId: 'c-y' })).toBe('added');
  expect(await bench.redis.pttl(bench.queue.toKey('c-y'))).toBe(-1);
  expect((await bench.states()).waiting).toEqual(['c-y']);
});

test('a Redis that forgets all scripts stores chunks still, and blocks those it has to', async () => {
  await store('c-1', 'a');
  await bench.redis.script('FLUSH');
  expect(await store('c-2', 'b')).toEqual({ admission: 'added', before: 1 });
  await bench.redis.script('FLUSH');
  expect(await store('c-3', 'c', 'b')).toEqual({ admission: 'known', before: 2 });
  expect(await store('c-4', 'c')).toEqual({ admission: 'added', before: 2 });
  await bench.redis.script('FLUSH');
  const claimed = departureOf('c-5', 'd');
  expect(await addClaimed(bench.redis, bench.queue, claimed)).toBe('added');
  expect((await bench.states()).waiting).toEqual(['c-1', 'c-2', 'c-4', 'c-5']);
});

test('ids of chunks are new each time, and such that BullMQ takes them', async () => {
  const id = newChunkId();
  expect(id).toMatch(/^c-[\w-]{22}$/);
  expect(newChunkId()).not.toBe(id);
});

test('invariant 4: active chunks go back to the front in their order, except those to keep', async () => {
  const ids = await bench.add(6);
  for (let i = 0; i < 4; i++) await bench.takeWithoutLock();
  expect(await reclaimActive(reclaim('me'), new Set(['c-2']))).toEqual({
    returned: ['c-4', 'c-3', 'c-1'],
    takeover: false,
  });
  expect(await bench.states()).toEqual({
    waiting: ids.filter((id) => id !== 'c-2'),
    active: ['c-2'],
    failed: [],
  });
});

test('active chunks go back also where Redis is full, to a new process too', async () => {
  const ids = await bench.add(2);
  await reclaimActive(reclaim('first'), new Set());
  for (let i = 0; i < 2; i++) await bench.takeWithoutLock();
  await bench.redis.config('SET', 'maxmemory', '1mb');
  try {
    await expect(bench.redis.set('more', 1)).rejects.toThrow('OOM');
    await reclaimActive(reclaim('second'), new Set());
  } finally {
    await bench.redis.config('SET', 'maxmemory', '512mb');
  }
  expect(await bench.states()).toEqual({ waiting: ids, active: [], failed: [] });
  expect(await bench.deliveryAttempts()).toEqual(ids);
});

test('an active chunk whose data is gone holds nothing up', async () => {
  await bench.add(3);
  for (let i = 0; i < 3; i++) await bench.takeWithoutLock();
  await bench.redis.del(bench.queue.toKey('c-2'));
  await reclaimActive(reclaim('me'), new Set());
  expect(await bench.states()).toEqual({ waiting: ['c-1', 'c-3'], active: [], failed: [] });
});

test('where records were lost nothing is added before they are restored', async () => {
  const lost = await addWithRecords(bench.redis, bench.queue, departureOf('c-lost', 'a'));
  expect(lost.admission).toBe('lost');
  expect(await stored('a')).toEqual([null]);
  expect((await bench.states()).waiting).toEqual([]);
  await restoreRecords(bench.redis, bench.keys);
  const { admission } = await addWithRecords(bench.redis, bench.queue, departureOf('c-next', 'a'));
  expect(admission).toBe('added');
});

test('chunks are taken from another process once, however often the call is sent; what is noted of one that is gone goes', async () => {
  await bench.add(2);
  await bench.takeWithoutLock();
  await reclaimActive(reclaim('first'), new Set());
  expect(await bench.deliveryAttempts()).toEqual([]);
  await bench.takeWithoutLock();
  await bench.takeWithoutLock();
  const taken = await reclaimActive(reclaim('second'), new Set());
  expect(taken).toEqual({ returned: ['c-2', 'c-1'], takeover: true });
  // As it is sent again after a reconnect, and as the same process does it after one.
  expect(await reclaimActive(reclaim('second'), new Set())).toEqual({
    returned: [],
    takeover: false,
  });
  await bench.takeWithoutLock();
  await reclaimActive(reclaim('second'), new Set());
  expect(await bench.deliveryAttempts()).toEqual(['c-1', 'c-2']);
  await bench.takeWithoutLock();
  await reclaimActive(reclaim('third'), new Set());
  expect(await bench.deliveryAttempts()).toEqual(['c-1', 'c-1', 'c-2']);
  await bench.redis.del(bench.queue.toKey('c-1'));
  await reclaimActive(reclaim('third'), new Set());
  expect(await bench.deliveryAttempts()).toEqual(['c-2']);
});

function reclaim(owner: string) {
  return { redis: bench.redis, queue: bench.queue, keys: bench.keys, owner, log };
}

/** Stores a chunk with a record of each id. */
async function store(chunkId: string, ...ids: string[]) {
  await bench.redis.set(intactKey(bench.keys), '1');
  const departure = departureOf(chunkId, ...ids);
  const { admission, backlog } = await addWithRecords(bench.redis, bench.queue, departure);
  return { admission, before: backlog.chunks };
}

function departureOf(chunkId: string, ...ids: string[]): Departure {
  const claims = ids.map((id) => ({ key: keyOf(id), line: `${id} in ${chunkId}` }));
  const { keys } = bench;
  return { keys, claims, chunkId, data: toChunk([]), deadline: Date.now() + 60_000 };
}

function stored(...ids: string[]): Promise<(string | null)[]> {
  return bench.redis.mget(ids.map(keyOf));
}

function keyOf(id: string): string {
  return bench.queue.toKey(`record-${id}`);
}
