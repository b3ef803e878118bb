import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { transfer } from '../../test/commands.ts';
import { ANY_NUMBER, type ConsumerBench, openConsumerBench } from '../../test/consumer-bench.ts';
import { toChunk } from '../contract/chunk.ts';
import { backlogKey, deadLettersKey } from '../runtime/keys.ts';
import { openFailFastRedis } from '../runtime/redis.ts';
import { addChunk } from './chunk-queue.ts';
import { addDeadLetter, readDeadLetters, retryDeadLetter } from './dead-letters.ts';
import { discardDeadLetter } from './discard.ts';
import { moveDeadLetter } from './move-dead-letter.ts';

const DATA = toChunk([transfer(1, 'world>alice 1')]);
const DECISION = { reason: 'why', by: 'somebody' };
const ACTIONS = {
  retry: (redis: Redis) => retryDeadLetter(redis, bench.keys, 'c-1'),
  discard: async (redis: Redis) =>
    (await discardDeadLetter(redis, bench.keys, 'c-1', DECISION)).moved,
};

let server: TestRedis;
let bench: ConsumerBench;
let shard = 0;
const operators: Redis[] = [];

beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server?.remove());
beforeEach(() => {
  shard += 1;
  bench = openConsumerBench(server.url, shard);
});
afterEach(async () => {
  for (const redis of operators.splice(0)) redis.disconnect();
  await bench.close();
});

test('the job of a chunk that was retried is what BullMQ makes of one that is added', async () => {
  const queue = bench.queue;
  await addChunk(queue, 'c-1', DATA);
  const added = await snapshot();
  await clear();
  await addDeadLetter(bench.redis, bench.keys, { id: 'c-1', reason: '', data: DATA });
  expect(await retryDeadLetter(bench.redis, bench.keys, 'c-1')).toBe('moved');
  expect(await snapshot()).toEqual(added);
  expect(added).toMatchObject({
    wait: ['c-1'],
    marker: ['0', '0'],
    backlog: { chunks: '1', commands: '1' },
  });

  async function snapshot() {
    const { timestamp, ...job } = await bench.redis.hgetall(queue.toKey('c-1'));
    expect(Math.abs(Date.now() - Number(timestamp))).toBeLessThan(60_000);
    return {
      job: { ...job, opts: JSON.parse(job['opts'] ?? '') },
      wait: await bench.redis.lrange(queue.toKey('wait'), 0, -1),
      marker: await bench.redis.zrange(queue.toKey('marker'), '0', '-1', 'WITHSCORES'),
      backlog: await bench.redis.hgetall(backlogKey(bench.keys)),
    };
  }
});

describe.each(Object.entries(ACTIONS))('%s', (name, act) => {
  test.each(['waiting', 'active', 'failed'])(
    'changes nothing while a job of the id is %s',
    async (state) => {
      await addChunk(bench.queue, 'c-1', toChunk([]));
      if (state === 'active') await bench.takeWithoutLock();
      if (state === 'failed') {
        await bench.redis.del(bench.queue.toKey('wait'));
        await bench.redis.zadd(bench.queue.toKey('failed'), 1, 'c-1');
      }
      await addDeadLetter(bench.redis, bench.keys, { id: 'c-1', reason: '', data: DATA });
      const before = await everything();
      expect(await act(bench.redis)).toBe('in the queue');
      expect(await everything()).toEqual(before);
    },
  );

  test('cut off at any moment has happened whole, or not at all', async () => {
    const way = await openWay(server.url);
    const happened = new Set<string>();
    for (let packet = 1; packet <= 4; packet++) {
      for (const passes of [false, true]) {
        await addDeadLetter(bench.redis, bench.keys, { id: 'c-1', reason: '', data: DATA });
        const operator = await openOperator(way.url);
        way.cutAt(packet, passes);
        await act(operator).catch(() => {});
        await delay(100);
        operator.disconnect();
        happened.add(await onePlace('c-1'));
        // And it may be done again, or be done.
        await act(bench.redis);
        expect(await onePlace('c-1')).toBe('queued');
        await clear();
      }
    }
    way.close();
    expect([...happened].sort()).toEqual(['aside', 'queued']);
  });

  test('by several operators at once happens once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => openOperator(server.url)));
    for (let round = 0; round < 20; round++) {
      await addDeadLetter(bench.redis, bench.keys, { id: 'c-1', reason: '', data: DATA });
      const answers = await Promise.all(all.map(act));
      expect(answers.filter((answer) => answer === 'moved')).toHaveLength(1);
      expect(await onePlace('c-1')).toBe('queued');
      expect((await bench.states()).waiting).toEqual(['c-1']);
      if (name === 'discard')
        expect(await bench.redis.hlen(`${bench.keys.tag}:discarded`)).toBe(round + 1);
      await clear(['discarded']);
    }
  });

  test('needs no script that Redis has to remember', async () => {
    for (let round = 0; round < 5; round++) {
      await addDeadLetter(bench.redis, bench.keys, { id: 'c-1', reason: '', data: DATA });
      await bench.redis.script('FLUSH');
      expect(await act(bench.redis)).toBe('moved');
      expect(await onePlace('c-1')).toBe('queued');
      await clear();
    }
  });
});

test('where a worker sets a chunk aside again and again, and operators retry it all the time, it is never gone', async () => {
  await addDeadLetter(bench.redis, bench.keys, { id: 'c-1', reason: '0', data: { v: 0 } });
  const { consumer } = bench.openOwner();
  const all = await Promise.all(Array.from({ length: 3 }, () => openOperator(server.url)));
  const answers = { moved: 0, 'not aside': 0, 'in the queue': 0 };
  const working = (async () => {
    for (let times = 0; ; times++) {
      const chunks = await consumer.take(ANY_NUMBER);
      if (chunks.length === 0) return;
      for (const { id, job } of chunks) {
        expect(job.data).toEqual({ v: times });
        await addDeadLetter(bench.redis, bench.keys, { id, reason: '', data: { v: times + 1 } });
        // The chunk is both for a while.
        await delay(times % 3);
      }
      await consumer.complete(chunks);
    }
  })();
  const deadline = performance.now() + 20_000;
  const enough = () => answers.moved >= 200 || performance.now() > deadline;
  const retrying = all.map(async (operator) => {
    while (!enough()) answers[await retryDeadLetter(operator, bench.keys, 'c-1')] += 1;
  });
  const flushing = (async () => {
    while (!enough()) {
      await bench.redis.script('FLUSH');
      await delay(5);
    }
  })();
  await Promise.all([...retrying, flushing]);
  await expect.poll(async () => (await readDeadLetters(bench.redis, bench.keys)).length).toBe(1);
  await expect.poll(() => bench.states()).toEqual({ waiting: [], active: [], failed: [] });
  consumer.halt();
  await working;
  expect(answers.moved).toBeGreaterThanOrEqual(200);
  expect(answers['in the queue']).toBeGreaterThan(0);
  expect(await bench.redis.exists(backlogKey(bench.keys))).toBe(0);
  expect(await readDeadLetters(bench.redis, bench.keys)).toMatchObject([
    { data: { v: answers.moved } },
  ]);
});

test('what was set aside anew since it was read is read again', async () => {
  await addDeadLetter(bench.redis, bench.keys, { id: 'c-1', reason: 'first', data: 1 });
  const seen: string[] = [];
  const moved = await moveDeadLetter(bench.redis, bench.keys, 'c-1', async (text) => {
    seen.push((JSON.parse(text) as { reason: string }).reason);
    if (seen.length === 1)
      await addDeadLetter(bench.redis, bench.keys, { id: 'c-1', reason: 'second', data: 2 });
    return { queued: seen.length };
  });
  expect([moved, seen]).toEqual(['moved', ['first', 'second']]);
  expect(await bench.redis.hget(bench.queue.toKey('c-1'), 'data')).toBe('2');
});

test('a chunk that is discarded for a second time is kept twice', async () => {
  for (const reason of ['first', 'second']) {
    await addDeadLetter(bench.redis, bench.keys, { id: 'c-1', reason: '', data: DATA });
    await discardDeadLetter(bench.redis, bench.keys, 'c-1', { reason, by: 'somebody' });
    await clear(['discarded']);
  }
  const kept = await bench.redis.hvals(`${bench.keys.tag}:discarded`);
  expect(kept.map((text) => JSON.parse(text).reason).sort()).toEqual(['first', 'second']);
});

/** Where a chunk is. Fails unless that is one place. */
async function onePlace(id: string): Promise<'aside' | 'queued'> {
  const { waiting, active } = await bench.states();
  const aside = await bench.redis.hexists(deadLettersKey(bench.keys), id);
  const job = await bench.redis.exists(bench.queue.toKey(id));
  const discarded = await bench.redis.hexists(`${bench.keys.tag}:discarded`, id);
  const queued = [...waiting, ...active].filter((queued) => queued === id).length;
  const counted = await bench.redis.hget(backlogKey(bench.keys), 'chunks');
  expect([aside + job, queued, Number(counted)]).toEqual([1, job, job]);
  if (aside === 1) expect(discarded).toBe(0);
  return aside === 1 ? 'aside' : 'queued';
}

/** Empties the shard, but for keys that end so. */
async function clear(but: readonly string[] = []): Promise<void> {
  for (const key of await bench.redis.keys(`${bench.keys.tag}:*`))
    if (!but.some((end) => key.endsWith(end))) await bench.redis.del(key);
}

async function everything(): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const key of await bench.redis.keys(`${bench.keys.tag}:*`))
    found[key] = (await bench.redis.dumpBuffer(key))?.toString('hex');
  return found;
}

/** A connection as the tool has it. */
async function openOperator(url: string): Promise<Redis> {
  const redis = openFailFastRedis(url);
  operators.push(redis);
  await once(redis, 'ready');
  return redis;
}

/** A way to a server that is cut once, as a client's packet comes that many away; the packet passes, or it does not. */
async function openWay(target: string) {
  const to = new URL(target);
  const sockets = new Set<Socket>();
  let left = Number.POSITIVE_INFINITY;
  let passes = false;
  const way = createServer((client) => {
    const upstream = connect(Number(to.port), to.hostname);
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
    client.on('data', (data) => {
      left -= 1;
      if (left !== 0) return upstream.write(data);
      client.destroy();
      if (passes) upstream.end(data);
      else upstream.destroy();
      return undefined;
    });
    upstream.on('data', (data) => client.write(data));
  });
  way.listen(0, '127.0.0.1');
  await once(way, 'listening');
  const url = new URL(target);
  url.port = String((way.address() as AddressInfo).port);
  return {
    url: url.href,
    cutAt(packet: number, itPasses: boolean) {
      left = packet;
      passes = itPasses;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      way.close();
    },
  };
}
