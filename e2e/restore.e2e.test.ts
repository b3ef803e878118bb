import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runChecks } from '@razao/sql/check.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withSql } from './support/open-world.ts';
import { runQueueTool } from './support/queue-tool.ts';
import { allHalt, allReady, countOutcomes, nothingIsPosted } from './support/restore/halted.ts';
import { openRestoreWorld, type RestoreWorld } from './support/restore/open-world.ts';
import {
  expectReplay,
  expectReused,
  expectUnavailable,
  openTeller,
  type Teller,
} from './support/restore/teller.ts';
import { startTraffic } from './support/traffic.ts';
import { drained, promisesKept } from './support/verify.ts';

// Every line of "Backup and restore" in OPERATIONS.md: its commands as they stand there, and what clients see.
const BASE_BACKUP = 'Base backup of Postgres';
const COPY_OF_REDIS = 'Copy of Redis';
const TO_THE_END = 'Postgres lost, Redis intact';
const TO_A_POINT = 'Postgres restored to an earlier point, Redis intact';
const REDIS_LOST = 'Redis lost, Postgres intact';
const REDIS_COPIED = 'Redis restored from a copy, Postgres intact';
const BOTH_LOST = 'Both lost';

const LEDGERS = ['end', 'point', 'redis-lost', 'redis-copied', 'both'];
let world: RestoreWorld;

beforeAll(async () => {
  world = await openRestoreWorld('restore');
  await allReady(world.stack);
  // Before the base backup: they are in every database that is restored.
  for (const ledger of LEDGERS.flatMap((name) => [name, `${name}-load`]))
    expect((await openTeller(api(), ledger).create()).status).toBe(201);
});
afterAll(() => world?.close());

test('Postgres lost, restored to the end of its WAL: nothing is lost, and there is nothing to decide', async () => {
  const { stack } = world;
  const teller = openTeller(api(), 'end');
  const load = startTraffic(stack, 'end-load', 4);
  await until('it flows', () => load.accepted() > 200);
  await world.run(BASE_BACKUP);
  await until('it flows', () => load.accepted() > 600);
  await teller.posts('posted');
  const pids = stack.processes.map(({ pid }) => pid);
  await stack.services.postgres.kill();
  await teller.queues('meanwhile');
  await world.run(TO_THE_END);
  await stack.services.postgres.start();
  await allReady(stack);
  await until('it is posted', async () => (await teller.status('meanwhile')) === 'posted');
  for (const key of ['posted', 'meanwhile']) expectReplay(await teller.again(key, { wait: true }));
  const flowing = load.accepted();
  await until('it flows on', () => load.accepted() > flowing + 200);
  const promised = await load.finish();
  expect(load.strange()).toEqual([]);
  await promisesKept(stack, 'end-load', promised);
  expect(await teller.sum()).toBe('2');
  expect(stack.processes.map(({ pid }) => pid)).toEqual(pids);
  world.tidy();
});

test('Redis restored from a copy: what was in its queue comes again and is applied once', async () => {
  const { stack } = world;
  const { redis } = stack.services;
  const teller = openTeller(api(), 'redis-copied');
  const load = startTraffic(stack, 'redis-copied-load', 4);
  await teller.posts('posted');
  await whileNobodyPosts(async () => {
    await teller.queues('in-the-copy');
    await until('it flows', () => load.accepted() > 200);
    await world.run(COPY_OF_REDIS);
  });
  await until('it is posted', async () => (await teller.status('in-the-copy')) === 'posted');
  await teller.posts('after-the-copy');
  const promised = await load.finish();
  await drained(stack);
  await whileNobodyPosts(async () => {
    await teller.queues('lost');
    await redis.kill();
    await world.run(REDIS_COPIED);
    await redis.start();
    await until('the API sees it', async () => (await teller.status('lost')) !== 'unavailable');
    // It waits again, and was posted all the same.
    expect(await teller.status('in-the-copy')).toBe('posted');
    expect(await teller.status('lost')).toBe('transaction_not_found');
    // Redis knows nothing of it, but that it is older than the database.
    expectReused(await teller.other('after-the-copy'));
  });
  await allReady(stack);
  await promisesKept(stack, 'redis-copied-load', promised);
  expectReused(await teller.other('after-the-copy', { wait: true }));
  expect(await teller.sum()).toBe('3');
  for (const key of ['posted', 'in-the-copy', 'after-the-copy'])
    expectReplay(await teller.again(key, { wait: true }));
  expect((await teller.again('lost', { wait: true })).status).toBe(201);
  expect(await teller.sum()).toBe('4');
});

test('Redis lost: nothing is accepted until an operator has decided; what waited is gone, what was posted is known', async () => {
  const { stack } = world;
  const { redis } = stack.services;
  const teller = openTeller(api(), 'redis-lost');
  const load = startTraffic(stack, 'redis-lost-load', 4);
  await until('it flows', () => load.accepted() > 200);
  await teller.posts('posted');
  await whileNobodyPosts(async () => {
    await teller.queues('waits');
    await redis.kill();
    rmSync(join(world.redisData, 'appendonlydir'), { recursive: true });
    await redis.start();
  });
  await allHalt(
    stack.processes,
    /works with Redis \w+, but this Redis is another one or was emptied/,
  );
  expectUnavailable(await teller.again('new'));
  expectUnavailable(await teller.again('posted', { wait: true }));
  expectUnavailable(await teller.create());
  expect(await teller.status('posted')).toBe('posted');
  // Nobody has decided yet that it is lost.
  expectUnavailable(await teller.read('waits'));
  await nothingIsPosted(stack);
  expect(await world.run(REDIS_LOST)).toMatch(/works with Redis \w+: 0 records .* 0 commands wait/);
  await allReady(stack);
  expect(await teller.status('waits')).toBe('transaction_not_found');
  expect((await teller.again('waits', { wait: true })).status).toBe(201);
  // Nobody waits for it: it is Postgres that is asked before.
  expectReused(await teller.other('posted'));
  expectReplay(await teller.again('posted', { wait: true }));
  expect(await teller.sum()).toBe('2');
  await endLoad(load);
});

test('Postgres restored to an earlier point: found, and nothing is posted until an operator has decided; then what waits is, and only where it belongs', async () => {
  const { stack } = world;
  const { postgres } = stack.services;
  const teller = openTeller(api(), 'point');
  const late = openTeller(api(), 'late');
  const load = startTraffic(stack, 'point-load', 4);
  await until('it flows', () => load.accepted() > 200);
  await teller.posts('before');
  world.aimAt(await now());
  await teller.posts('after');
  await late.create();
  await late.posts('after');
  const number = await numberOf('late');
  await whileNobodyPosts(async () => {
    for (const each of [teller, late]) await each.queues('waits');
    await postgres.kill();
    await world.run(TO_THE_END);
    await world.run(TO_A_POINT, 0);
    await postgres.start();
    // Whoever sees it first says so: here there is no worker.
    await allHalt(stack.apis, /the database is older than what was posted/);
  });
  await allHalt(
    stack.processes,
    /the database is older than what was posted: ledger \w+ was at \d+ and is at/,
  );
  for (const key of ['new', 'before', 'after', 'waits'])
    expectUnavailable(await teller.again(key, { wait: true }));
  expectUnavailable(await teller.create());
  expect(await statuses(teller)).toEqual({
    before: 'posted',
    after: 'unavailable',
    waits: 'queued',
  });
  expect(await late.status('waits')).toBe('ledger_not_found');
  await nothingIsPosted(stack);

  await whileNobodyPosts(async () => {
    await world.run(TO_A_POINT, 1);
    await until('it accepts', async () => (await teller.other('waits')).status !== 503);
    expectReused(await teller.other('waits'));
    expect(await statuses(teller)).toMatchObject({ before: 'posted', waits: 'queued' });
    // Another tenant gets the number of the ledger that was lost, before anybody posts.
    expect((await openTeller(api(), 'another').create()).status).toBe(201);
    expect(await numberOf('another')).toBe(number);
  });
  await allReady(stack);
  await until('it is posted', async () => (await teller.status('waits')) === 'posted');
  expect(await teller.status('after')).toBe('transaction_not_found');
  expect((await teller.again('after', { wait: true })).status).toBe(201);
  expectReused(await teller.other('before'));
  expectReplay(await teller.again('before', { wait: true }));
  expect(await teller.sum()).toBe('3');
  await until('it is set aside', async () => (await aside()).length === 1);
  expect(await openTeller(api(), 'another').sum()).toBe('0');
  expect((await late.create()).status).toBe(201);
  expect(await late.sum()).toBe('0');
  expect((await late.again('waits', { wait: true })).status).toBe(201);
  expect(await late.sum()).toBe('1');
  await endLoad(load);
  world.tidy();
});

test('both lost, restored to different instants: what is in either is there, once', async () => {
  const { stack } = world;
  const { postgres, redis } = stack.services;
  const teller = openTeller(api(), 'both');
  const load = startTraffic(stack, 'both-load', 4);
  await teller.posts('before');
  world.aimAt(await now());
  await teller.posts('after');
  await whileNobodyPosts(async () => {
    await teller.queues('in-the-copy');
    await until('it flows', () => load.accepted() > 200);
    await world.run(COPY_OF_REDIS);
  });
  await until('it is posted', async () => (await teller.status('in-the-copy')) === 'posted');
  await teller.posts('lost');
  // The worker runs through all of it.
  await Promise.all([postgres.kill(), redis.kill()]);
  await world.run(TO_THE_END);
  await world.run(TO_A_POINT, 0);
  await world.run(REDIS_COPIED);
  await Promise.all([postgres.start(), redis.start()]);
  await allHalt(stack.processes, /the database is older than what was posted/);
  expect(await teller.status('in-the-copy')).toBe('queued');
  await nothingIsPosted(stack);
  await world.run(BOTH_LOST);
  await allReady(stack);
  await until('it is posted', async () => (await teller.status('in-the-copy')) === 'posted');
  expect(await statuses(teller)).toMatchObject({
    before: 'posted',
    after: 'transaction_not_found',
    lost: 'transaction_not_found',
  });
  for (const key of ['after', 'lost'])
    expect((await teller.again(key, { wait: true })).status).toBe(201);
  for (const key of ['before', 'in-the-copy'])
    expectReplay(await teller.again(key, { wait: true }));
  expect(await teller.sum()).toBe('4');
  await endLoad(load);
});

test('every command of the document was run', () => {
  expect(world.untried()).toEqual([]);
});

function api(): string {
  return world.stack.apiUrls[0] ?? '';
}

/** Stops the worker, so that what is accepted waits, and starts it again. */
async function whileNobodyPosts(work: () => Promise<void>): Promise<void> {
  const [worker] = world.stack.workers;
  await worker?.stop();
  try {
    await work();
  } finally {
    await worker?.start();
  }
}

/** How everything reads that a teller was told of. */
async function statuses(teller: Teller): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const key of teller.keys()) found[key] = await teller.status(key);
  return found;
}

/** The database's clock, a moment before and after which nothing else happens. */
async function now(): Promise<string> {
  await delay(100);
  const { rows } = await withSql(world.stack, (client) =>
    client.query<{ now: string }>('select clock_timestamp()::text as now'),
  );
  await delay(100);
  return rows[0]?.now ?? '';
}

/** By which number the database knows a ledger. */
async function numberOf(ledger: string): Promise<number | undefined> {
  const { rows } = await withSql(world.stack, (client) =>
    client.query<{ id: number }>('select id from ledgers where name = $1', [ledger]),
  );
  return rows[0]?.id;
}

async function aside(): Promise<string[]> {
  const text = await runQueueTool(world.stack);
  return text.split('\n').filter((line) => line.startsWith('  aside '));
}

/** Ends traffic of which something was lost: what is stored of it is lawful, and it was only told 202 and 503. */
async function endLoad(load: ReturnType<typeof startTraffic>): Promise<void> {
  const flowing = load.accepted();
  await until('it flows on', () => load.accepted() > flowing + 100);
  await load.finish();
  expect(load.strange()).toEqual([]);
  await drained(world.stack);
  expect(await countOutcomes(world.stack)).toBeGreaterThan(0);
  expect(await withSql(world.stack, runChecks)).toEqual([]);
}
