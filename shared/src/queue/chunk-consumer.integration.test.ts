import { setTimeout as delay } from 'node:timers/promises';
import { openTcpProxy } from '@razao/stack/test/tcp-proxy.ts';
import { until } from '@razao/stack/test/until.ts';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ANY_NUMBER,
  type BenchOwner,
  type ConsumerBench,
  ONE,
  openConsumerBench,
  takeIds,
} from '../../test/consumer-bench.ts';
import { BUSY_FETCHES, OWNER_SILENT_MS } from '../contract/limits.ts';
import { ownerKey } from '../runtime/keys.ts';
import { addDeadLetter, readDeadLetters } from './dead-letters.ts';

const TURNS = 50;

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
afterEach(async () => {
  const { failed } = await bench.states();
  await bench.close();
  // Whatever a test did: no code path of ours moves a chunk there.
  expect(failed).toEqual([]);
});

describe('invariant 4: chunks are handed out', () => {
  test('in the order in which they were added, and leave the queue when they are completed', async () => {
    const ids = await bench.add(200);
    expect(await takeIds(bench.openOwner(), ids.length)).toEqual(ids);
    expect(await bench.states()).toEqual({ waiting: [], active: [], failed: [] });
    expect(await bench.redis.keys(`${bench.queue.toKey('c-')}*`)).toEqual([]);
  });

  test('in that order although more are added all the while', async () => {
    const owner = bench.openOwner();
    const taking = takeIds(owner, 60, { fits: ONE });
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) {
      ids.push(...(await bench.add(3)));
      await delay(i % 4);
    }
    expect(await taking).toEqual(ids);
  });

  test('as many at once as fit, and one at least', async () => {
    await bench.add(5);
    const { consumer } = bench.openOwner();
    await until('all are in hand', async () => (await bench.states()).active.length === 5);
    await delay(20);
    expect((await consumer.take((taken) => taken.length < 3)).map(({ id }) => id)).toEqual([
      'c-1',
      'c-2',
      'c-3',
    ]);
    expect((await consumer.take(ONE)).map(({ id }) => id)).toEqual(['c-4']);
  });

  test('soon after they are added to a queue that was empty', async () => {
    const owner = bench.openOwner();
    const taking = owner.consumer.take(ANY_NUMBER);
    await delay(1_200);
    const addedAt = performance.now();
    await bench.add(1);
    expect(await taking).toHaveLength(1);
    expect(performance.now() - addedAt).toBeLessThan(1_500);
  });

  test('although the connection on which it waits for them has become half-open', async () => {
    const proxy = await openTcpProxy(server.url);
    try {
      const owner = bench.openOwner(true, proxy.url);
      for (const _ of [1, 2]) {
        const taking = owner.consumer.take(ANY_NUMBER);
        await delay(1_200);
        proxy.abandon();
        const [id] = await bench.add(1);
        expect((await taking).map((chunk) => chunk.id)).toEqual([id]);
      }
    } finally {
      await proxy.close();
    }
  });

  test('at once to whoever waits, however short a while ago a full fetch was', async () => {
    const { consumer } = bench.openOwner();
    const turns: number[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      const startedAt = performance.now();
      const taking = consumer.take(ONE);
      await bench.add(1, BUSY_FETCHES.busy);
      expect(await taking).toHaveLength(1);
      turns.push(performance.now() - startedAt);
    }
    // Were they spaced out none could be so short, however fast or slow the machine is.
    expect(Math.min(...turns.slice(1))).toBeLessThan(BUSY_FETCHES.intervalMs / 2);
  });

  test('several at once, where each is full and nobody waits for the next', async () => {
    bench.openOwner();
    const sizes = new Set<number>();
    const startedAt = performance.now();
    for (let turn = 0; turn < TURNS; turn++) {
      await bench.add(1, BUSY_FETCHES.busy);
      await delay(3);
      sizes.add((await bench.states()).active.length);
    }
    // None was fetched yet, a first fetch, one with each interval, and one that was looked at while it was under way.
    const intervals = (performance.now() - startedAt) / BUSY_FETCHES.intervalMs;
    expect(sizes.size).toBeLessThan(4 + intervals);
    await until('all are in hand', async () => (await bench.states()).active.length === TURNS);
  });

  test('with their commands, or with null where the data is no chunk; such a one can be set aside', async () => {
    const owner = bench.openOwner(false);
    await bench.queue.add('chunk', { v: 2, commands: [] } as never, { jobId: 'odd' });
    await bench.add(1);
    owner.allow(true);
    const [odd] = await owner.consumer.take(ONE);
    expect([odd?.id, odd?.commands]).toEqual(['odd', null]);
    if (odd) {
      await addDeadLetter(bench.redis, bench.keys, {
        id: odd.id,
        reason: 'why',
        data: odd.job.data,
      });
      await owner.consumer.complete([odd]);
    }
    const [good] = await owner.consumer.take(ONE);
    expect(good?.commands?.[0]).toMatchObject({
      postings: [{ source: 'world', destination: 'alice', asset: 'BRL/2', amount: '1' }],
    });
    expect(await readDeadLetters(bench.redis, bench.keys)).toEqual([
      { id: 'odd', reason: 'why', since: expect.any(String), data: { v: 2, commands: [] } },
    ]);
    expect((await bench.states()).active).toEqual([good?.id]);
  });
});

describe('invariant 4: only the holder of the lock fetches', () => {
  test('who may not fetch takes nothing, and goes on where it stopped', async () => {
    const owner = bench.openOwner(false);
    const ids = await bench.add(3);
    await delay(100);
    expect(await bench.states()).toEqual({ waiting: ids, active: [], failed: [] });
    owner.allow(true);
    expect(await takeIds(owner, 3)).toEqual(ids);
  });

  test('a chunk that somebody took without the lock is noticed and put back in its place', async () => {
    const owner = bench.openOwner();
    const [first] = await bench.add(1);
    expect(await takeIds(owner, 1)).toEqual([first]);
    owner.allow(false);
    const ids = await bench.add(5);
    await delay(1_200); // beyond a wait for the first chunk that had begun before
    expect(await bench.takeWithoutLock()).toBe(ids[0]);
    owner.allow(true);
    expect(await takeIds(owner, 5)).toEqual(ids);
  });

  test('also while a commit is under way, which keeps what it has', async () => {
    const owner = bench.openOwner();
    const [first] = await bench.add(1);
    const committing = await owner.consumer.take(ONE);
    owner.allow(false);
    const ids = await bench.add(4);
    await delay(1_200);
    expect(await bench.takeWithoutLock()).toBe(ids[0]);
    owner.allow(true);
    expect(await takeIds(owner, 4)).toEqual(ids);
    expect((await bench.states()).active).toEqual([first]);
    await owner.consumer.complete(committing);
    expect(await bench.states()).toEqual({ waiting: [], active: [], failed: [] });
  });
});

describe('invariant 4: order survives', () => {
  test('the death of the owner: its successor gets all it had, in the original order', async () => {
    const ids = await bench.add(130);
    const first = bench.openOwner();
    const done = await takeIds(first, 3, { fits: ONE });
    await takeIds(first, 5, { fits: ONE, complete: false });
    await until('its hands are full', async () => (await bench.states()).active.length > 60);
    first.kill();
    const later = await bench.add(10);
    const rest = [...ids.slice(done.length), ...later];
    expect(await takeIds(bench.openOwner(), rest.length)).toEqual(rest);
  });

  test('several deaths in a row', async () => {
    const ids = await bench.add(100);
    const taken: string[] = [];
    for (let life = 0; life < 5; life++) {
      const owner = bench.openOwner();
      taken.push(...(await takeIds(owner, 10, { fits: ONE })));
      await takeIds(owner, 2, { fits: ONE, complete: false });
      owner.kill();
    }
    taken.push(...(await takeIds(bench.openOwner(), 50)));
    expect(taken).toEqual(ids);
  });

  test('its connections being cut again and again: nothing is lost, and nothing overtakes', async () => {
    // Chunks so large that some are always waiting.
    const ids = await bench.add(150, 100);
    const owner = bench.openOwner();
    let cuts = 0;
    const cut = setInterval(() => {
      if (cuts === 4) return;
      cuts += 1;
      bench.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes').catch(() => {});
    }, 400);
    const taken: string[] = [];
    try {
      while (taken.at(-1) !== ids.at(-1)) {
        taken.push(...(await takeIds(owner, 1, { fits: ONE })));
        // Slow enough for all the cuts.
        await delay(15);
      }
    } finally {
      clearInterval(cut);
    }
    expect(cuts).toBe(4);
    // A chunk whose completion was cut off may come again, but at once, before any younger one.
    expect(taken.filter((id, i) => id !== taken[i - 1])).toEqual(ids);
    await until('the queue is empty', async () => {
      const { waiting, active } = await bench.states();
      return waiting.length + active.length === 0;
    });
  });

  test('a Redis that is killed and comes back', async () => {
    const ids = await bench.add(20);
    const owner = bench.openOwner();
    const before = await takeIds(owner, 5, { fits: ONE });
    await server.kill();
    await delay(100);
    await server.start();
    expect([...before, ...(await takeIds(owner, 15, { fits: ONE }))]).toEqual(ids);
  });

  test('an orderly stop, which returns all that was in hand', async () => {
    const ids = await bench.add(10);
    const owner = bench.openOwner();
    await until('all are in hand', async () => (await bench.states()).active.length === 10);
    expect(await takeIds(owner, 2, { fits: ONE })).toEqual(ids.slice(0, 2));
    const later = await bench.add(2);
    await owner.consumer.stop({ giveBack: true });
    expect(await bench.states()).toEqual({
      waiting: [...ids.slice(2), ...later],
      active: [],
      failed: [],
    });
    expect(await owner.consumer.take(ANY_NUMBER)).toEqual([]);
  });

  test('a stop without the lock, which returns nothing: that is for the successor', async () => {
    const ids = await bench.add(3);
    const owner = bench.openOwner();
    await until('all are in hand', async () => (await bench.states()).active.length === 3);
    owner.allow(false);
    await owner.consumer.stop({ giveBack: false });
    expect((await bench.states()).active).toEqual(ids);
    expect(await takeIds(bench.openOwner(), 3)).toEqual(ids);
  });
});

describe('invariant 9: a chunk with which owners die', () => {
  test('counts each death that is proven, runs alone from the second on, and is forgotten when it is done', async () => {
    await bench.add(2);
    const alone: boolean[] = [];
    for (let life = 0; life < 4; life++) {
      const { owner, chunk } = await liveWithBoth();
      alone.push(chunk.alone);
      owner.kill();
      await bench.silentFor(owner, OWNER_SILENT_MS + 1_000);
    }
    expect(alone).toEqual([false, false, true, true]);
    const last = bench.openOwner();
    await takeIds(last, 1, { fits: ONE });
    expect(await bench.deliveryAttempts()).toEqual(['c-2', 'c-2', 'c-2', 'c-2']);
    await takeIds(last, 1);
    expect(await bench.deliveryAttempts()).toEqual([]);
  });

  test.each([
    ['has not been silent for long enough', (owner) => bench.silentFor(owner, 1_000)],
    ['had said that it ends in order', (owner) => owner.exit()],
    ['speaks again, as one that was stopped', (owner) => bench.speaks(owner)],
    [
      'is not known any more',
      (owner) => bench.redis.del(ownerKey(bench.keys.installation, owner.id)),
    ],
  ] as [string, (owner: BenchOwner) => Promise<unknown>][])(
    'does not count one that %s',
    async (_, survive) => {
      await bench.add(2);
      const owners: BenchOwner[] = [];
      for (let life = 0; life < 4; life++) {
        // All before are as good as dead, but one.
        for (const owner of owners) await bench.silentFor(owner, OWNER_SILENT_MS + 1_000);
        const { owner, chunk } = await liveWithBoth();
        expect(chunk.alone).toBe(life === 3);
        if (life === 1) await survive(owner);
        owner.kill();
        if (life !== 1) owners.push(owner);
      }
    },
  );

  test('is alone no more once one of them is found to live', async () => {
    await bench.add(2);
    const owners: BenchOwner[] = [];
    for (let life = 0; life < 2; life++) {
      const { owner } = await liveWithBoth();
      owner.kill();
      await bench.silentFor(owner, OWNER_SILENT_MS + 1_000);
      owners.push(owner);
    }
    const suspicious = await liveWithBoth();
    expect(suspicious.chunk.alone).toBe(true);
    for (const owner of owners) await bench.speaks(owner);
    await suspicious.owner.consumer.stop({ giveBack: true });
    expect((await liveWithBoth()).chunk.alone).toBe(false);
    expect(await bench.deliveryAttempts()).toEqual([]);
  });

  test('is not counted when a connection is cut, when its owner has the lock again, or stops in order', async () => {
    const ids = await bench.add(3);
    const owner = bench.openOwner();
    await until('all are in hand', async () => (await bench.states()).active.length === 3);
    await bench.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await delay(400);
    await owner.consumer.stop({ giveBack: true });
    expect(await takeIds(bench.openOwner(), 3, { complete: false })).toEqual(ids);
    expect(await bench.deliveryAttempts()).toEqual([]);
  });

  /** A new owner that has both chunks in hand, the first taken. */
  async function liveWithBoth() {
    const owner = bench.openOwner();
    const [chunk] = await owner.consumer.take(ONE);
    if (!chunk) throw new Error('nothing was taken');
    await until('both are in hand', async () => (await bench.states()).active.length === 2);
    return { owner, chunk };
  }
});
