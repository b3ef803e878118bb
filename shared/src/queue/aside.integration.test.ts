import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { asideKey } from '../runtime/keys.ts';
import { openPatientRedis } from '../runtime/redis.ts';
import { transfer } from '../testing/commands.cases.ts';
import { readAside, retryAside, setAside } from './aside.ts';
import { ANY_NUMBER, openPumpBench, type PumpBench } from './pump-bench.cases.ts';

const DAMAGED = { v: 99, commands: ['?'] };

let server: TestRedis;
let bench: PumpBench;
let shard = 0;

beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server?.remove());
beforeEach(() => {
  shard += 1;
  bench = openPumpBench(server.url, shard);
});
afterEach(() => bench.close());

test('what was set aside is read with its reason, its time and its data', async () => {
  const before = new Date().toISOString();
  await setAside(bench.redis, bench.keys, {
    id: 'c-1',
    reason: 'cannot be decoded',
    data: DAMAGED,
  });
  const [chunk, ...more] = await readAside(bench.redis, bench.keys);
  expect(more).toEqual([]);
  expect(chunk).toMatchObject({ id: 'c-1', reason: 'cannot be decoded', data: DAMAGED });
  expect(chunk && chunk.since >= before && chunk.since <= new Date().toISOString()).toBe(true);
});

test('chunks that were set aside are read in that order, whatever Redis makes of it', async () => {
  const ids = Array.from({ length: 20 }, (_, n) => `c-${String.fromCharCode(65 + ((n * 7) % 20))}`);
  for (const id of ids) {
    await setAside(bench.redis, bench.keys, { id, reason: '', data: DAMAGED });
    await delay(2);
  }
  expect((await readAside(bench.redis, bench.keys)).map(({ id }) => id)).toEqual(ids);
});

test('a retried chunk is at the back of the queue, under its id, as it was', async () => {
  const data = { v: 2, commands: [transfer(1, 'world>alice 1')] };
  await setAside(bench.redis, bench.keys, { id: 'c-aside', reason: '', data });
  await bench.add(2);
  expect(await retryAside(bench.redis, bench.keys, 'c-aside')).toBe(true);
  expect((await bench.states()).waiting).toEqual(['c-1', 'c-2', 'c-aside']);
  expect(await readAside(bench.redis, bench.keys)).toEqual([]);
  const taken = await takeAll(3);
  expect(taken.at(-1)?.commands).toEqual(data.commands);
});

test('a chunk that was not set aside cannot be retried', async () => {
  await bench.add(1);
  expect(await retryAside(bench.redis, bench.keys, 'c-1')).toBe(false);
  expect((await bench.states()).waiting).toEqual(['c-1']);
});

test('a retry that was interrupted, and comes again, queues the chunk once', async () => {
  await setAside(bench.redis, bench.keys, { id: 'c-aside', reason: '', data: DAMAGED });
  const text = String(await bench.redis.hget(asideKey(bench.keys), 'c-aside'));
  await retryAside(bench.redis, bench.keys, 'c-aside');
  // As if it had died before it forgot the chunk.
  await bench.redis.hset(asideKey(bench.keys), 'c-aside', text);
  expect(await retryAside(bench.redis, bench.keys, 'c-aside')).toBe(true);
  expect((await bench.states()).waiting).toEqual(['c-aside']);
  expect(await readAside(bench.redis, bench.keys)).toEqual([]);
});

test('a chunk that a worker sets aside again before the retry is done is not lost', async () => {
  await setAside(bench.redis, bench.keys, { id: 'c-aside', reason: 'first', data: DAMAGED });
  const slow = await openSlowWay(server.url, 100);
  const far = openPatientRedis(slow.url);
  const retried = retryAside(far, bench.keys, 'c-aside');
  const { pump } = bench.openOwner();
  const chunks = await pump.take(ANY_NUMBER);
  expect(chunks.map(({ id, commands }) => [id, commands])).toEqual([['c-aside', null]]);
  await setAside(bench.redis, bench.keys, { id: 'c-aside', reason: 'again', data: DAMAGED });
  await pump.complete(chunks);
  expect(await retried).toBe(true);
  expect(await readAside(bench.redis, bench.keys)).toMatchObject([
    { id: 'c-aside', reason: 'again' },
  ]);
  far.disconnect();
  slow.close();
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
    await setAside(bench.redis, bench.keys, { id: 'c-2', reason: '', data });
    await retryAside(bench.redis, bench.keys, 'c-2');
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
    await setAside(bench.redis, bench.keys, { id: 'c-2', reason: '', data });
    await retryAside(bench.redis, bench.keys, 'c-2');
    expect((await takeAll(1)).map(({ id, commands }) => [id, commands])).toEqual([
      ['c-2', data?.commands],
    ]);
  },
);

async function takeAll(count: number) {
  const { pump } = bench.openOwner();
  const taken = [];
  while (taken.length < count) {
    const chunks = await pump.take(ANY_NUMBER);
    taken.push(...chunks);
    await pump.complete(chunks);
  }
  await pump.stop({ giveBack: false });
  return taken;
}

/** A way to a server on which everything that is sent takes its time. */
async function openSlowWay(target: string, ms: number) {
  const to = new URL(target);
  const sockets = new Set<Socket>();
  const proxy: Server = createServer((client) => {
    const upstream = connect(Number(to.port), to.hostname);
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
    client.on('data', (data) => void delay(ms).then(() => upstream.write(data)));
    upstream.on('data', (data) => client.write(data));
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = new URL(target);
  url.port = String((proxy.address() as AddressInfo).port);
  return {
    url: url.href,
    close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}
