import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { heldShards } from './support/lock-holder.ts';
import { openWorld, type World, withRedis } from './support/open-world.ts';
import { type SpreadTraffic, startSpreadTraffic } from './support/spread-traffic.ts';
import {
  addWorkerBehindProxies,
  type WorkerBehindProxies,
} from './support/worker-behind-proxies.ts';

/** A busy machine may be so many times slower than the times that are promised. */
const SLOWER = 10;

/** Two committers share four shards; the second is reached, and reaches, through proxies. */
let world: World;
let behind: WorkerBehindProxies;
let traffic: SpreadTraffic;

beforeAll(async () => {
  world = await openWorld('failover', { workers: 1 });
  behind = await addWorkerBehindProxies(world.stack);
});
afterAll(async () => {
  await behind?.close();
  await world?.close();
});
beforeEach(async () => {
  await shared();
  traffic = await startSpreadTraffic(world.stack);
});
afterEach(async () => {
  behind.postgres.resume();
  behind.redis.resume();
  await traffic.keepsItsPromises();
});

test('four shards are shared by two committers, two each', async () => {
  await traffic.postsEverywhere();
  expect(await heldShards(behind.worker)).toHaveLength(2);
});

test('a committer killed: the other posts for all shards within 2 s, and hands back what is too much', async () => {
  const at = performance.now();
  await behind.worker.kill();
  await traffic.postsEverywhere();
  expect((performance.now() - at) / SLOWER).toBeLessThan(2_000);
  await behind.worker.start();
  await shared();
  await traffic.postsEverywhere();
});

test('a committer stopped: the other posts for all shards within 8 s; the first wakes and commits nothing', async () => {
  await takesOver(() => behind.worker.kill('SIGSTOP'), 8_000);
  await behind.worker.kill('SIGCONT');
  await postsNothingWithoutShards(1_000);
  await traffic.postsEverywhere();
});

test('a committer cut off from Postgres only: the other posts for all shards within 8 s', async () => {
  await takesOver(async () => behind.postgres.silence(), 8_000);
  await postsNothingWithoutShards(1_000);
  behind.postgres.resume();
  await traffic.postsEverywhere();
});

test('a committer whose connections to Redis are closed keeps its shards and posts on', async () => {
  for (let round = 0; round < 5; round++) {
    behind.redis.drop();
    await traffic.postsEverywhere();
  }
  expect(await heldShards(behind.worker)).toHaveLength(2);
});

test('a committer cut off from Redis only: the other posts for all shards within 8 s', async () => {
  await takesOver(async () => behind.redis.silence(), 8_000);
  behind.redis.resume();
  await traffic.postsEverywhere();
});

test('every connection to Redis cut: both go on', async () => {
  for (let round = 0; round < 3; round++) {
    await withRedis(world.stack, (redis) =>
      redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
    );
    await traffic.postsEverywhere();
  }
});

test('Redis killed and started again: both go on within 10 s', async () => {
  const { redis } = world.stack.services;
  await redis.kill();
  await redis.start();
  const at = performance.now();
  await traffic.postsEverywhere();
  expect((performance.now() - at) / SLOWER).toBeLessThan(10_000);
});

test('Redis stopped for 5 s: both go on within 10 s', async () => {
  const { redis } = world.stack.services;
  await redis.kill('SIGSTOP');
  await delay(5_000);
  await redis.kill('SIGCONT');
  const at = performance.now();
  await traffic.postsEverywhere();
  expect((performance.now() - at) / SLOWER).toBeLessThan(10_000);
});

/** Both hold two shards. */
async function shared(): Promise<void> {
  await until('each holds two shards', async () => {
    const held = await Promise.all(world.stack.workers.map(heldShards));
    return held.every((shards) => shards.length === 2);
  });
}

/** The world's own worker posts for all shards within the time after something happened to the other. */
async function takesOver(happen: () => Promise<void>, msMax: number): Promise<void> {
  const at = performance.now();
  await happen();
  // What it had in hand may still be posted by itself.
  await delay(1_000);
  await traffic.postsEverywhere();
  expect((performance.now() - at) / SLOWER).toBeLessThan(msMax);
}

/** What the worker behind the proxies says it has posted since it started. */
async function posted(): Promise<number> {
  await until('the worker answers', async () => (await fetch(`${behind.worker.url}/livez`)).ok);
  const text = await (await fetch(`${behind.worker.url}/metrics`)).text();
  const counts = Array.from(text.matchAll(/^razao_posted_total\{.*\} (\d+)$/gm), ([, n]) =>
    Number(n),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The worker behind the proxies posts only while it has shards: it may have its share back soon. */
async function postsNothingWithoutShards(ms: number): Promise<void> {
  let before: number | null = null;
  for (const end = performance.now() + ms; performance.now() < end; await delay(20)) {
    // In this order: whoever has posted by the first has the shard by the second.
    const count = await posted();
    const has = (await heldShards(behind.worker)).length > 0;
    if (before !== null && !has) expect(count).toBe(before);
    before = has ? null : count;
  }
}
