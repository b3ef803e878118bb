import { setTimeout as delay } from 'node:timers/promises';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { capture, hold, testUid, transfer } from '../../../test/commands.ts';
import {
  ANY_NUMBER,
  type ConsumerBench,
  ONE,
  openConsumerBench,
  takeIds,
} from '../../../test/consumer-bench.ts';
import { toChunk } from '../../contract/chunk.ts';
import type { Command } from '../../contract/command.ts';
import { DRAIN_RATE_KEPT_MS } from '../../contract/limits.ts';
import { encodeQueued } from '../../contract/status-record.ts';
import { backlogKey, drainRateKey, intactKey, recordKey } from '../../runtime/keys.ts';
import { addChunk, addWithRecords, newChunkId } from '../chunk-queue.ts';
import { isMiscounted, lowerBacklog, readBacklog, recountBacklog } from './backlog.ts';
import { countCommands } from './count-commands.ts';

const NOTHING = { chunks: 0, commands: 0, bytes: 0, rate: null };

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

test('what waits is counted in all and by ledger, and no more once it is done', async () => {
  await enqueue('c-a', of(1, 3));
  await enqueue('c-b', [...of(2, 1), ...of(1, 1)]);
  const [a, b] = [countCommands(of(1, 3)), countCommands([...of(2, 1), ...of(1, 1)])];
  expect(b.map(({ ledgerUid, commands }) => [ledgerUid, commands])).toEqual([
    [testUid(2), 1],
    [testUid(1), 1],
  ]);
  const bytes = [...a, ...b].reduce((sum, share) => sum + share.bytes, 0);
  const { total, ledgers } = await read(1, 2, 3);
  expect(total).toEqual({ chunks: 2, commands: 5, bytes, rate: null });
  expect(ledgers.map(({ commands }) => commands)).toEqual([4, 1, 0]);
  expect(ledgers.map((one) => one.bytes)).toEqual([
    (a[0]?.bytes ?? 0) + (b[1]?.bytes ?? 0),
    b[0]?.bytes,
    0,
  ]);
  const owner = bench.openOwner();
  await takeIds(owner, 1, { fits: ONE });
  expect((await read(1, 2)).ledgers.map(({ commands }) => commands)).toEqual([1, 1]);
  await takeIds(owner, 1);
  expect((await read()).total).toEqual(NOTHING);
  expect(await bench.redis.hgetall(backlogKey(bench.keys)), 'nothing is left of a ledger').toEqual(
    {},
  );
});

test('what is in hand counts as well', async () => {
  await bench.add(4);
  const { consumer } = bench.openOwner();
  await consumer.take(ONE);
  expect((await read()).total).toMatchObject({ chunks: 4, commands: 4 });
});

test('a chunk counts once, however often it is added or taken out', async () => {
  for (let i = 0; i < 2; i++) await enqueue('c-a', of(1, 3));
  await enqueue('c-b', of(1, 1));
  expect((await read()).total).toMatchObject({ chunks: 2, commands: 4 });
  const owner = bench.openOwner();
  const [chunk] = await owner.consumer.take(ONE);
  if (!chunk) throw new Error('nothing was taken');
  for (let i = 0; i < 2; i++) await lowerBacklog(bench.redis, bench.queue, [chunk.job]);
  expect((await read()).total).toMatchObject({ chunks: 1, commands: 1 });
  await owner.consumer.complete([chunk]);
  expect((await read()).total).toMatchObject({ chunks: 1, commands: 1 });
});

test('a chunk that is not added does not count, whatever keeps it out', async () => {
  const [one] = of(1, 1) as [Command];
  await bench.redis.set(recordKey(bench.keys, one.ledgerUid, one.id), 'known');
  expect(await store('c-known', [one], Date.now() + 60_000)).toBe('known');
  expect(await store('c-late', of(1, 1), Date.now() - 1)).toBe('late');
  expect((await read()).total).toEqual(NOTHING);
  expect(await store('c-good', of(1, 2), Date.now() + 60_000)).toBe('added');
  expect((await read(1)).ledgers).toMatchObject([{ commands: 2 }]);
});

test('whoever has lost the lock takes nothing out of the count that his successor has yet to do', async () => {
  await bench.add(3);
  const loser = bench.openOwner();
  const chunks = await loser.consumer.take(ANY_NUMBER);
  loser.allow(false);
  const heir = bench.openOwner();
  await heir.consumer.take(ONE);
  await loser.consumer.complete(chunks.slice(1));
  expect((await read()).total).toMatchObject({ chunks: 3, commands: 3 });
});

test('a successor puts right what a death, or a lost hash, made wrong', async () => {
  await bench.add(6, 2);
  const first = bench.openOwner();
  await takeIds(first, 2, { fits: ONE });
  const [third] = await first.consumer.take(ONE);
  if (!third) throw new Error('nothing was taken');
  first.kill();
  for (const harm of [
    // It died before it could count down, or before it could take the chunk out.
    () => bench.redis.hincrby(backlogKey(bench.keys), 'chunks', 1),
    () => lowerBacklog(bench.redis, bench.queue, [third.job]),
    () => bench.redis.del(backlogKey(bench.keys)),
  ]) {
    await harm();
    const heir = bench.openOwner();
    await heir.consumer.take(ONE);
    heir.kill();
    const left = (await read()).total;
    // What was counted down already is not counted again.
    expect([4, 3]).toContain(left.chunks);
    expect(left.commands).toBe(2 * left.chunks);
  }
});

test('a count that is wrong is known to be, and counted anew from the jobs alone', async () => {
  await enqueue('c-a', of(1, 3));
  await enqueue('c-b', of(2, 2));
  const before = await read(1, 2);
  expect(await isMiscounted(bench.redis, bench.queue)).toBe(false);
  await bench.redis.hincrby(backlogKey(bench.keys), 'commands', 500);
  await bench.redis.hdel(backlogKey(bench.keys), 'chunks');
  expect(await isMiscounted(bench.redis, bench.queue)).toBe(true);
  await bench.redis.hdel(bench.queue.toKey('c-a'), 'data');
  await recountBacklog(bench.redis, bench.queue);
  expect(await read(1, 2)).toEqual(before);
  expect(await isMiscounted(bench.redis, bench.queue)).toBe(false);
});

test('a committer that has more to do than it has in hand tells its pace, which is forgotten soon', async () => {
  await bench.add(80, 40);
  const owner = bench.openOwner();
  expect((await read()).total.rate).toBeNull();
  const began = performance.now();
  let done = 0;
  while ((await read()).total.rate === null && done < 70) {
    await takeIds(owner, 1, { fits: ONE });
    done += 1;
    await delay(50);
  }
  const { rate } = (await read()).total;
  const measured = (40 * 1_000 * done) / (performance.now() - began);
  expect(rate).toBeGreaterThan(measured / 2);
  expect(rate).toBeLessThan(measured * 2);
  const left = await bench.redis.pttl(drainRateKey(bench.keys));
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(DRAIN_RATE_KEPT_MS);
});

test('a chunk of a version that said nothing of its size is one chunk, until it is done', async () => {
  await bench.queue.add('chunk', toChunk(of(1, 3)), { jobId: 'c-old' });
  await enqueue('c-new', of(1, 1));
  await recountBacklog(bench.redis, bench.queue);
  expect((await read()).total).toMatchObject({ chunks: 2, commands: 1 });
  await takeIds(bench.openOwner(), 2);
  expect((await read()).total).toEqual(NOTHING);
});

test.each([
  ['one by one', 2_000, 1, 1],
  ['forty at once', 50, 40, 1],
  ['a thousand at once', 8, 1_000, 1],
  ['with many postings', 500, 1, 20],
  ['of all kinds', 50, 40, 0],
])(
  'the bytes that are counted are about what Redis needs: %s',
  async (_, chunks, size, postings) => {
    const made = Array.from({ length: chunks }, () => of(1, size, postings));
    const before = await usedMemory();
    const deadline = Date.now() + 60_000;
    await Promise.all(made.map((commands) => store(newChunkId(), commands, deadline)));
    const used = (await usedMemory()) - before;
    const { bytes } = (await read()).total;
    expect(bytes / used).toBeGreaterThan(0.7);
    expect(bytes / used).toBeLessThan(1.3);
  },
);

function of(ledger: number, count: number, postings = 1): Command[] {
  const text = Array.from({ length: postings }, (_, i) => `world>users:${i} 100`).join(' + ');
  const make = [
    () =>
      transfer(ledger, 'world>users:1 100', { description: 'rent', metadata: { order: '4711' } }),
    () => hold(ledger, 'world>users:1 100'),
    () => capture(ledger, '0198f2c4-5a3b-7c11-8f00-0123456789ab'),
  ];
  return Array.from({ length: count }, (_, i) =>
    postings > 0 ? transfer(ledger, text) : (make[i % make.length]?.() as Command),
  );
}

function enqueue(id: string, commands: Command[]): Promise<void> {
  return addChunk(bench.queue, id, toChunk(commands));
}

/** As the API does. */
async function store(chunkId: string, commands: Command[], deadline: number): Promise<string> {
  const { keys } = bench;
  await bench.redis.set(intactKey(keys), '1');
  const claims = commands.map((command) => ({
    key: recordKey(keys, command.ledgerUid, command.id),
    line: encodeQueued({ ...command, chunk: chunkId }),
  }));
  const departure = { keys, claims, chunkId, data: toChunk(commands), deadline };
  return (await addWithRecords(bench.redis, bench.queue, departure)).admission;
}

function read(...ledgers: number[]) {
  return readBacklog(bench.redis, bench.keys, ledgers.map(testUid));
}

async function usedMemory(): Promise<number> {
  const info = await bench.redis.info('memory');
  const bytes = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
  return bytes('used_memory') - bytes('mem_clients_normal');
}
