import { setTimeout as delay } from 'node:timers/promises';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { transfer } from '../../test/commands.ts';
import { ANY_NUMBER, type ConsumerBench, openConsumerBench } from '../../test/consumer-bench.ts';
import { toChunk } from '../contract/chunk.ts';
import { addDeadLetter, readDeadLetters, retryDeadLetter } from './dead-letters.ts';

const DAMAGED = { v: 99, commands: ['?'] };

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

test('what was set aside is read with its reason, its time and its data', async () => {
  const before = new Date().toISOString();
  await addDeadLetter(bench.redis, bench.keys, {
    id: 'c-1',
    reason: 'cannot be decoded',
    data: DAMAGED,
  });
  const [chunk, ...more] = await readDeadLetters(bench.redis, bench.keys);
  expect(more).toEqual([]);
  expect(chunk).toMatchObject({ id: 'c-1', reason: 'cannot be decoded', data: DAMAGED });
  expect(chunk && chunk.since >= before && chunk.since <= new Date().toISOString()).toBe(true);
});

test('chunks that were set aside are read in that order, whatever Redis makes of it', async () => {
  const ids = Array.from({ length: 20 }, (_, n) => `c-${String.fromCharCode(65 + ((n * 7) % 20))}`);
  for (const id of ids) {
    await addDeadLetter(bench.redis, bench.keys, { id, reason: '', data: DAMAGED });
    await delay(2);
  }
  expect((await readDeadLetters(bench.redis, bench.keys)).map(({ id }) => id)).toEqual(ids);
});

test('a retried chunk is at the back of the queue, under its id, as it was', async () => {
  const data = toChunk([transfer(1, 'world>alice 1')]);
  await addDeadLetter(bench.redis, bench.keys, { id: 'c-aside', reason: '', data });
  await bench.add(2);
  expect(await retryDeadLetter(bench.redis, bench.keys, 'c-aside')).toBe('moved');
  expect((await bench.states()).waiting).toEqual(['c-1', 'c-2', 'c-aside']);
  expect(await readDeadLetters(bench.redis, bench.keys)).toEqual([]);
  const taken = await takeAll(3);
  expect(taken.at(-1)?.commands).toEqual(data.commands);
});

test('a chunk that was not set aside cannot be retried', async () => {
  await bench.add(1);
  expect(await retryDeadLetter(bench.redis, bench.keys, 'c-1')).toBe('not aside');
  expect((await bench.states()).waiting).toEqual(['c-1']);
});

test.each(['not JSON', '{"v":1', '', 'undefined'])(
  'a job whose data is %j is handed out as no chunk, and what is behind it too',
  async (text) => {
    await bench.add(3);
    await bench.redis.hset(bench.queue.toKey('c-2'), 'data', text);
    const taken = await takeAll(3);
    expect(taken.map(({ id, commands }) => [id, commands === null])).toEqual([
      ['c-1', false],
      ['c-2', true],
      ['c-3', false],
    ]);
    // Set aside and retried, it still is what it was.
    const data = taken[1]?.job.data;
    await addDeadLetter(bench.redis, bench.keys, { id: 'c-2', reason: '', data });
    await retryDeadLetter(bench.redis, bench.keys, 'c-2');
    expect((await takeAll(1)).map(({ id, commands, job }) => [id, commands, job.data])).toEqual([
      ['c-2', null, data],
    ]);
  },
);

test.each([
  ['opts', 'not JSON'],
  ['opts', 'null'],
  ['opts', '{"backoff":{'],
  ['progress', '{'],
  ['parent', '?'],
])(
  'a job whose %s are %j is handed out as no chunk, and what is behind it too; retried, it is whole',
  async (field, text) => {
    await bench.add(3);
    await bench.redis.hset(bench.queue.toKey('c-2'), field, text);
    const taken = await takeAll(3);
    expect(taken.map(({ id, commands }) => [id, commands === null])).toEqual([
      ['c-1', false],
      ['c-2', true],
      ['c-3', false],
    ]);
    expect(await bench.states()).toEqual({ waiting: [], active: [], failed: [] });
    expect(await bench.redis.keys(`${bench.queue.toKey('c-2')}*`)).toEqual([]);
    const data = taken[1]?.job.data;
    await addDeadLetter(bench.redis, bench.keys, { id: 'c-2', reason: '', data });
    await retryDeadLetter(bench.redis, bench.keys, 'c-2');
    expect((await takeAll(1)).map(({ id, commands }) => [id, commands])).toEqual([
      ['c-2', data?.commands],
    ]);
  },
);

async function takeAll(count: number) {
  const { consumer } = bench.openOwner();
  const taken = [];
  while (taken.length < count) {
    const chunks = await consumer.take(ANY_NUMBER);
    taken.push(...chunks);
    await consumer.complete(chunks);
  }
  await consumer.stop({ giveBack: false });
  return taken;
}
