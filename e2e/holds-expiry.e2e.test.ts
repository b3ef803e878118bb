import { setTimeout as delay } from 'node:timers/promises';
import { EXPIRY_GRACE_MS } from '@razao/shared/contract/limits.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Hold, holdClient } from './support/hold-client.ts';
import type { Answer } from './support/http.ts';
import { openWorld, type World, withSql } from './support/open-world.ts';
import { startTraffic } from './support/traffic.ts';
import { drained, lawsHold } from './support/verify.ts';
import { sumMetric } from './support/worker-logs.ts';

// Two workers sweep all the time.
const RACES = 150;
const BACKLOG = 5_000;
const BACKLOG_MS_MAX = 60_000;

let world: World;
beforeAll(async () => {
  world = await openWorld('holds-expiry', { workers: 2 });
});
afterAll(() => world?.close());

test('a hold expires soon after the grace that follows its instant and not before, once, and what it held is available again', async () => {
  const client = await open('one');
  await client.deposit('a', 100);
  const hold = await client.hold('a', 30, 1);
  expect(await client.balance('a')).toMatchObject({ posted: '100', held: '30', available: '70' });
  await until('it has expired', async () => (await statusOf(client, hold)) === 'expired', 40_000);
  const lateMs = Date.now() - hold.expiresAt;
  expect(lateMs).toBeGreaterThan(EXPIRY_GRACE_MS);
  expect(lateMs).toBeLessThan(EXPIRY_GRACE_MS + 20_000);
  expect(await client.balance('a')).toMatchObject({ posted: '100', held: '0', available: '100' });
  expect(await client.transaction(hold.id)).toMatchObject({
    hold: { amount: '30', captured: '0', remaining: '0' },
  });
  for (const late of [await client.capture(hold), await client.release(hold)])
    expect([late.status, late.body['code']]).toEqual([422, 'hold_not_open']);
  await settled();
  expect(await holdsOf('one')).toEqual([{ id: hold.id, status: 'expired', ends: 1, expiries: 1 }]);
});

test('a hold that was captured in part and kept open: only what is left is freed', async () => {
  const client = await open('part');
  await client.deposit('a', 100);
  const hold = await client.hold('a', 30, 2);
  expect((await client.capture(hold, { amount: '10', final: false })).status).toBe(201);
  expect(await client.balance('a')).toMatchObject({ posted: '90', held: '20', available: '70' });
  await until('it has expired', async () => (await statusOf(client, hold)) === 'expired', 10_000);
  expect(await client.balance('a')).toMatchObject({ posted: '90', held: '0', available: '90' });
  expect(await client.transaction(hold.id)).toMatchObject({
    hold: { amount: '30', captured: '10', remaining: '0' },
  });
  await settled();
});

test('a hold whose instant comes while all workers are down expires when one is back', async () => {
  const { stack } = world;
  const client = await open('down');
  await client.deposit('a', 100);
  const hold = await client.hold('a', 30, 2);
  await Promise.all(stack.workers.map((worker) => worker.kill()));
  await delay(hold.expiresAt - Date.now() + 1_500);
  expect(await statusOf(client, hold)).toBe('pending');
  await stack.workers[0]?.start();
  await until('it has expired', async () => (await statusOf(client, hold)) === 'expired', 10_000);
  expect(await client.balance('a')).toMatchObject({ posted: '100', held: '0', available: '100' });
  await stack.workers[1]?.start();
  await settled();
});

test.each([
  ['', async () => {}],
  [
    ', while Redis is killed and started',
    async () => {
      await world.stack.services.redis.kill();
      await world.stack.services.redis.start();
    },
  ],
])(
  'capture, release and expiry of the same hold race: one wins, the others come too late%s',
  async (name, disturb) => {
    const ledger = name === '' ? 'race' : 'race-redis';
    const client = await open(ledger);
    await client.deposit('a', RACES);
    const before = await metrics();
    const holds = await Promise.all(
      Array.from({ length: RACES }, () => client.hold('a', 1, name === '' ? 2 : 4)),
    );
    const at = Math.min(...holds.map(({ expiresAt }) => expiresAt));
    const races = Promise.all(holds.map((hold, i) => race(client, hold, i)));
    await delay(at - Date.now() - 100);
    await disturb();
    const answers = await races;
    await until('no hold is open', async () => (await client.states())['pending'] === undefined);
    await settled();
    const stored = new Map((await holdsOf(ledger)).map((row) => [row.id, row]));
    for (const [i, { id }] of holds.entries()) {
      const { captured, released } = answers[i] as Race;
      const { status, ends, expiries } = stored.get(id) as StoredHold;
      // Whoever won is told so, everybody else that it is too late.
      const wins = { posted: captured.status === 201, released: released.status === 201 };
      expect.soft({ status, ends, repeated: expiries > 1, ...wins }).toEqual({
        status,
        ends: 1,
        repeated: false,
        posted: status === 'posted',
        released: status === 'released',
      });
      for (const { status, body } of [captured, released])
        if (status !== 201) expect.soft([status, body['code']]).toEqual([422, 'hold_not_open']);
    }
    const states = await client.states();
    // It was a race: each of the three has won some.
    for (const state of ['posted', 'released', 'expired']) expect(states[state]).toBeGreaterThan(0);
    const left = String(RACES - (states['posted'] ?? 0));
    expect(await client.balance('a')).toMatchObject({ posted: left, held: '0', available: left });
    await lawsHold(world.stack);
    // Both workers have sent theirs; what came second is no redelivery.
    const after = await metrics();
    if (name === '') expect(after.redelivered).toBe(before.redelivered);
  },
);

test('thousands of holds that expire at once end within seconds, while transfers go on', async () => {
  const { stack } = world;
  const client = await open('backlog');
  await client.deposit('a', BACKLOG);
  await client.holdMany('a', BACKLOG, 3_600);
  await until('all are open', async () => (await client.states())['pending'] === BACKLOG);
  expect(await client.balance('a')).toMatchObject({ held: String(BACKLOG), available: '0' });
  const traffic = startTraffic(stack, 'backlog', 4);
  await until('traffic flows', () => traffic.accepted() > 100);
  const before = traffic.accepted();
  const counted = await metrics();
  const started = performance.now();
  await withSql(stack, (sql) =>
    sql.query(`update holds set expires_at = clock_timestamp() where status = 'pending'`),
  );
  let slowestMs = 0;
  await until('all have expired', async () => {
    const asked = performance.now();
    expect((await client.deposit('b', 1)).status).toBe(201);
    slowestMs = Math.max(slowestMs, performance.now() - asked);
    return (await client.states())['expired'] === BACKLOG;
  });
  const tookMs = performance.now() - started;
  const during = traffic.accepted() - before;
  await traffic.finish();
  expect(tookMs).toBeLessThan(BACKLOG_MS_MAX);
  expect(during).toBeGreaterThan(100);
  expect(slowestMs).toBeLessThan(30_000);
  expect(traffic.strange()).toEqual([]);
  await settled();
  expect(await client.balance('a')).toMatchObject({ held: '0', available: String(BACKLOG) });
  const after = await metrics();
  expect(after.redelivered).toBe(counted.redelivered);
  expect(after.sent - counted.sent - (after.repeated - counted.repeated)).toBe(BACKLOG);
});

type Client = ReturnType<typeof holdClient>;
type Race = { captured: Answer; released: Answer };

async function open(ledger: string): Promise<Client> {
  const client = holdClient(world.stack, ledger);
  expect((await client.create()).status).toBe(201);
  return client;
}

async function statusOf(client: Client, { id }: Hold): Promise<unknown> {
  return (await client.transaction(id))['status'];
}

/** A capture and a release of a hold around its instant: from 400 ms before to 400 ms after it, either first. */
async function race(client: Client, hold: Hold, i: number): Promise<Race> {
  const offset = ((i * 37) % 800) - 400;
  const gap = i % 2 === 0 ? 3 : -3;
  const [captured, released] = await Promise.all([
    delay(hold.expiresAt - Date.now() + offset).then(() => client.capture(hold)),
    delay(hold.expiresAt - Date.now() + offset + gap).then(() => client.release(hold)),
  ]);
  return { captured, released };
}

/** The queue is empty, nothing is held, and every law holds. */
async function settled(): Promise<void> {
  await drained(world.stack);
  await lawsHold(world.stack);
}

type StoredHold = { id: string; status: string; ends: number; expiries: number };

/**
 * The holds of a ledger, each with the number of captures, releases and expiries of it that were not rejected, and with that
 * of all its expiries.
 */
async function holdsOf(ledger: string): Promise<StoredHold[]> {
  const { rows } = await withSql(world.stack, (client) =>
    client.query<StoredHold>(
      `select h.id, h.status, count(*) filter (where t.status = 'posted')::int as ends,
         count(*) filter (where t.kind = 'expiry')::int as expiries
       from holds h join ledgers l on l.id = h.ledger_id
       left join transactions t on t.ledger_id = h.ledger_id and t.target = h.id
       where l.name = $1 group by h.id, h.status`,
      [ledger],
    ),
  );
  return rows;
}

async function metrics() {
  const { workers } = world.stack;
  const [sent, repeated, redelivered] = await Promise.all(
    ['expiries_sent', 'expiries_repeated', 'redelivered'].map((name) =>
      sumMetric(workers, `razao_${name}_total`, 'shard='),
    ),
  );
  return { sent: Number(sent), repeated: Number(repeated), redelivered: Number(redelivered) };
}
