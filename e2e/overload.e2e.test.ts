import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFlood, warmUp } from './support/flood.ts';
import { holdLedger } from './support/held-ledger.ts';
import { call, transfer } from './support/http.ts';
import { openWorld, type World } from './support/open-world.ts';
import { nameOnAnotherShard, watchShard } from './support/shard-watch.ts';
import { drained, lawsHold } from './support/verify.ts';
import {
  exactlyTheAcceptedArePosted,
  isStored,
  nothingIsLeftOf,
  report,
} from './support/verify-flood.ts';

const COMMANDS_MAX = 4_000;
const APIS = 2;
/** What an API process may add after a ledger has its part: two chunks of as many as write at once. */
const OVERSHOOT_MAX = 2 * 16 * APIS;
/** Far more than it takes on a busy machine: whoever is refused is refused at once, and nobody waits behind a queue. */
const P99_MS_MAX = 5_000;
const FULL = 'full';
const OTHER = nameOnAnotherShard(FULL);

let world: World;
beforeAll(async () => {
  world = await openWorld('overload', {
    apis: APIS,
    env: { QUEUE_COMMANDS_MAX: String(COMMANDS_MAX) },
  });
  for (const ledger of [FULL, OTHER, 'spike'])
    await call(`${world.stack.apiUrls[0]}/v1/ledgers/${ledger}`, 'PUT', {});
  await warmUp(world.stack);
});
afterAll(() => world?.close());

test('beyond its part of the queue nothing more of a ledger is admitted, whatever is accepted is fast, and the backlog drains', async () => {
  const { stack } = world;
  const held = await holdLedger(stack, FULL);
  const watch = watchShard(stack, FULL);
  const floods = await Promise.all([
    startFlood({ urls: stack.apiUrls, ledger: FULL, connections: 16 }),
    startFlood({ urls: stack.apiUrls, ledger: OTHER, connections: 4 }),
  ]);
  const [full, other] = floods;
  await until('writes are refused', () => full.overloaded.length > 0);
  const acceptedByThen = other.accepted.length;
  await until('many writes are refused', () => full.overloaded.length > 3_000);
  expect(other.accepted.length, 'another shard takes writes meanwhile').toBeGreaterThan(
    acceptedByThen + 100,
  );
  const last = other.accepted.at(-1) as string;
  await until('another shard posts meanwhile', () => isStored(stack, OTHER, last), 2_000);
  expect(watch.commands()).toBeGreaterThanOrEqual(COMMANDS_MAX / 2);
  await held.release();
  await delay(500);
  await Promise.all(floods.map((flood) => flood.stop()));
  await drained(stack);
  watch.stop();
  report('queue full', { full, other, commandsMax: watch.commandsMax() });

  expect(watch.commandsMax()).toBeLessThanOrEqual(COMMANDS_MAX / 2 + OVERSHOOT_MAX);
  for (const flood of floods) {
    expect(flood.strange).toEqual([]);
    expect(flood.unavailable).toEqual([]);
    expect(flood.latency().p99).toBeLessThan(P99_MS_MAX);
  }
  expect(other.overloaded).toEqual([]);
  await exactlyTheAcceptedArePosted(stack, FULL, full);
  await exactlyTheAcceptedArePosted(stack, OTHER, other);
  await nothingIsLeftOf(stack, FULL, full.overloaded);
});

test('a key that was refused is free for another body', async () => {
  const { stack } = world;
  const url = `${stack.apiUrls[0]}/v1/ledgers/${FULL}/transactions`;
  const held = await holdLedger(stack, FULL);
  const flood = await startFlood({ urls: stack.apiUrls, ledger: FULL, connections: 8 });
  const key = randomUUID();
  await until('the key is refused', async () => {
    if (flood.overloaded.length === 0) return false;
    const answer = await call(url, 'POST', transfer('world', 'first', 5), {
      'Idempotency-Key': key,
    });
    expect([answer.status, answer.body['code']]).toEqual([503, 'overloaded']);
    return true;
  });
  await flood.stop();
  await held.release();
  await drained(stack);
  const answer = await call(url, 'POST', transfer('world', 'second', 7), {
    'Idempotency-Key': key,
    Prefer: 'wait=10',
  });
  expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([201, null]);
  expect(answer.body['postings']).toEqual(transfer('world', 'second', 7).postings);
});

test('a spike of ten times the load is accepted, posted and drained', async () => {
  const { stack } = world;
  const plan = { urls: stack.apiUrls, ledger: 'spike', connections: 32 };
  const watch = watchShard(stack, 'spike');
  const base = await startFlood({ ...plan, perSecond: 150 });
  await delay(500);
  const spike = await startFlood({ ...plan, connections: 64, perSecond: 1_350 });
  await delay(3_000);
  await spike.stop();
  const began = performance.now();
  await until('only what the base load brings is queued', () => watch.depth() < 20, 5_000);
  const drainMs = Math.round(performance.now() - began);
  await base.stop();
  watch.stop();
  report('spike', { base, spike, drainMs, commandsMax: watch.commandsMax() });
  for (const flood of [base, spike]) {
    expect([...flood.strange, ...flood.overloaded, ...flood.unavailable]).toEqual([]);
    expect(flood.latency().p99).toBeLessThan(P99_MS_MAX);
  }
  expect(spike.accepted.length).toBeGreaterThan(4_000);
  await drained(stack);
  await exactlyTheAcceptedArePosted(stack, 'spike', base, spike);
  await lawsHold(stack);
});
