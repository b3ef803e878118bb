import { randomUUID } from 'node:crypto';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFlood, warmUp } from './support/flood.ts';
import { holdLedger } from './support/held-ledger.ts';
import { call, transfer } from './support/http.ts';
import { openWorld, type World, withRedis } from './support/open-world.ts';
import { costOf } from './support/process-cost.ts';
import { watchShard } from './support/shard-watch.ts';
import { drained, lawsHold } from './support/verify.ts';
import { exactlyTheAcceptedArePosted, nothingIsLeftOf, report } from './support/verify-flood.ts';

const WORLD = 'overload-memory';
/** Far more than it takes on a busy machine: whoever is refused is refused at once, and nobody waits behind a queue. */
const P99_MS_MAX = 5_000;

let world: World;
let url: string;
beforeAll(async () => {
  world = await openWorld(WORLD, { apis: 2 });
  url = `${world.stack.apiUrls[0]}/v1/ledgers`;
  for (const ledger of ['large', 'brimful', 'probe']) await call(`${url}/${ledger}`, 'PUT', {});
  await warmUp(world.stack);
  await drained(world.stack);
});
afterAll(() => world?.close());

test('a Redis that is seven tenths full of what waits takes no more writes, and what it holds is posted at 90 percent of its memory', async () => {
  const { stack } = world;
  const held = await holdLedger(stack, 'large');
  await limitMemory(0.2);
  const watch = watchShard(stack, 'large');
  const plan = { urls: stack.apiUrls, ledger: 'large', postings: 20 };
  const flood = await startFlood({ ...plan, connections: 16 });
  await until('many writes are refused', () => flood.overloaded.length > 3_000);
  const percent = watch.memoryPercentMax();
  await flood.stop();
  await limitMemory(0.9);
  await held.release();
  await drained(stack);
  report('memory', { flood, percent, drainingAtPercent: watch.memoryPercentMax() });
  watch.stop();
  expect(percent).toBeLessThan(98);
  expect(flood.strange).toEqual([]);
  expect(flood.unavailable).toEqual([]);
  expect(flood.latency().p99).toBeLessThan(P99_MS_MAX);
  await limitMemory(0.1);
  await until('writes are accepted again', () => writes(), 3_000);
  await drained(stack);
  await exactlyTheAcceptedArePosted(stack, 'large', flood);
  await nothingIsLeftOf(stack, 'large', flood.overloaded);
});

test('a Redis that is full refuses writes and wears nobody out, reads go on, and all recovers when memory is free', async () => {
  const { stack } = world;
  await limitMemory(0.1);
  await until('writes are accepted', () => writes(), 3_000);
  const posted = await call(`${url}/probe/transactions`, 'POST', transfer('world', 'early', 5), {
    'Idempotency-Key': randomUUID(),
    Prefer: 'wait=10',
  });
  expect(posted.status).toBe(201);
  const held = await holdLedger(stack, 'brimful');
  const flood = await startFlood({ urls: stack.apiUrls, ledger: 'brimful', connections: 8 });
  await until('there is a backlog', () => flood.accepted.length > 2_000);
  // More than what is finished can make up for.
  await limitMemory(2);
  await until('writes are refused', () => flood.overloaded.length + flood.unavailable.length > 50);
  await flood.stop();
  const acceptedInTime = flood.accepted.length;
  await held.release();

  const queued = flood.accepted.at(-1);
  const [api, worker] = [stack.apis[0], stack.workers[0]] as const;
  if (!api || !worker) throw new Error('no processes');
  const costs = Promise.all([costOf(WORLD, api, 3), costOf(WORLD, worker, 3)]);
  const [read, balance, waiting, nobody, refused] = await Promise.all([
    call(`${url}/probe/transactions/${posted.body['id']}`, 'GET'),
    call(`${url}/probe/accounts/early`, 'GET'),
    call(`${url}/brimful/transactions/${queued}`, 'GET'),
    call(`${url}/brimful/transactions/${randomUUID()}`, 'GET'),
    writes(),
  ]);
  expect(read).toMatchObject({ status: 200, body: { status: 'posted' } });
  expect(balance.body['balances']).toMatchObject({ 'BRL/2': { posted: '5' } });
  expect(waiting.status).toBe(200);
  expect([404, 503]).toContain(nobody.status);
  expect(refused).toBe(false);
  const [apiCost, workerCost] = await costs;
  await limitMemory(0.1);
  const began = performance.now();
  await drained(stack, 10_000);
  const drainMs = Math.round(performance.now() - began);
  await until('writes are accepted again', () => writes(), 3_000);
  await drained(stack);
  report('full', { flood, acceptedInTime, apiCost, workerCost, drainMs });
  expect(flood.strange).toEqual([]);
  await exactlyTheAcceptedArePosted(stack, 'brimful', flood);
  for (const cost of [apiCost, workerCost]) {
    expect(cost.linesPerSecond).toBeLessThan(10);
    expect(cost.corePercent).toBeLessThan(30);
  }
  await lawsHold(stack);
});

/** Makes what Redis uses now this share of what it may use. */
async function limitMemory(share: number): Promise<void> {
  await withRedis(world.stack, async (redis) => {
    const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
    await redis.config('SET', 'maxmemory', String(Math.round(used / share)));
  });
}

/** Whether a write is accepted now. */
async function writes(): Promise<boolean> {
  const { status } = await call(
    `${url}/probe/transactions`,
    'POST',
    transfer('world', 'again', 1),
    { 'Idempotency-Key': randomUUID() },
  );
  return status === 202;
}
