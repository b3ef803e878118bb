import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  EXPIRIES_PER_SWEEP_MAX,
  EXPIRIES_WAITING_MAX,
  EXPIRY_COMMANDS_AHEAD_MAX,
  EXPIRY_GRACE_MS,
  EXPIRY_RESEND_MS,
  EXPIRY_SWEEP_MS,
} from '@razao/shared/contract/limits.ts';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import { derivedId } from '@razao/shared/runtime/transaction-id.ts';
import { testUid } from '@razao/shared/test/commands.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ExpiryBench, openExpiryBench } from '../../test/expiry-bench.ts';

const [LEFT, RIGHT] = [0, 1].map((shard) => ledgerOf(shard)) as [string, string];

let bench: ExpiryBench;
let left: number;
let right: number;
beforeAll(async () => {
  bench = await openExpiryBench();
  left = await bench.createLedger(LEFT);
  right = await bench.createLedger(RIGHT);
});
afterAll(() => bench?.close());
afterEach(() => bench.clear());

test('open holds whose time is over are sent to the queues of their ledgers, the oldest first, and no others', async () => {
  const [young, old] = await bench.createHolds(left, [-1_000, -9_000, 60_000]);
  const [other, captured] = await bench.createHolds(right, [-5_000, -6_000]);
  await bench.client.query(`update holds set status = 'posted' where id = $1`, [captured]);
  const before = new Date(Date.now() - 1).toISOString();
  await bench.startSweeper();
  await until('both are sent', async () => (await sent()).length === 3);

  const expiry = (id: number, ledger: string, target: unknown) => ({
    ledgerUid: testUid(id),
    id: derivedId('expiry', ledger, String(target)),
    kind: 'expiry',
    fingerprint: hash('sha256', `expiry\0${target}`, 'base64'),
    acceptedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000Z$/),
    target,
  });
  const [chunk] = await bench.chunks(0);
  expect(chunk).toEqual([expiry(left, LEFT, old), expiry(left, LEFT, young)]);
  expect((chunk?.[0]?.acceptedAt ?? '') > before).toBe(true);
  expect(await bench.chunks(1)).toEqual([[expiry(right, RIGHT, other)]]);
});

test('a hold whose time is over is sent within a second of the end of its grace, once, and never before', async () => {
  const sweeper = await bench.startSweeper();
  const dueAt = performance.now() + 700;
  const [hold] = await bench.createHolds(left, [700]);
  const [{ over } = { over: 0 }] = await bench.rows<{ over: number }>(
    'select extract(epoch from clock_timestamp() - expires_at)::float8 * 1000 as over from holds where id = $1',
    [hold],
  );
  expect(over).toBeGreaterThan(EXPIRY_GRACE_MS - 701);
  await until('it is sent', async () => (await sent()).length > 0);
  const lateMs = performance.now() - dueAt;
  expect(lateMs).toBeGreaterThan(-100);
  expect(lateMs).toBeLessThan(10_000);
  await sweeps(3);
  expect(await sent()).toHaveLength(1);
  expect(await sweeper.metric('razao_expiries_sent_total')).toBe(1);
});

test('several processes, and one that was started again, send the same command', async () => {
  await bench.createHolds(left, [-1_000]);
  for (let processes = 1; processes <= 3; processes++) {
    const sweeper = await bench.startSweeper();
    await until('it is sent', async () => (await sent()).length === processes);
    if (processes === 2) await sweeper.stop();
  }
  expect(new Set(await sent()).size).toBe(1);
});

test('a sweep sends so many at most, in chunks that a committer takes; those that wait are passed by, and each is sent once', async () => {
  const many = 2 * EXPIRIES_PER_SWEEP_MAX + 200;
  const same = Array.from({ length: many }, () => -1_000);
  const ids = await bench.createHolds(left, same);
  await bench.startSweeper();
  await until('all are sent', async () => (await sent()).length >= many);
  await sweeps(2);
  const targets = (await bench.chunks(0)).map((chunk) => chunk.map(({ target }) => target));
  expect(targets.map(({ length }) => length)).toEqual([1_000, 1_000, 200]);
  expect(targets.flat().sort()).toEqual(ids.toSorted());
});

test('holds that are due at the same instant are all sent without a pause between pages, and few wait at a time', async () => {
  const ids = await bench.createHolds(
    left,
    Array.from({ length: 12_000 }, () => -1_000),
  );
  const pauses: number[] = [];
  const sleep: typeof delay = (ms, value, options) => {
    pauses.push(ms ?? 0);
    return delay(ms, value, options);
  };
  const ended: string[] = [];
  const most: number[] = [];
  await bench.startSweeper(undefined, sleep);
  await until('all have ended', async () => {
    const commands = await bench.endQueued(0);
    most.push(commands.length);
    ended.push(...commands.map(({ target }) => target));
    return ended.length >= ids.length;
  });
  expect(ended.toSorted()).toEqual(ids.toSorted());
  expect(Math.max(...most)).toBeLessThanOrEqual(EXPIRIES_WAITING_MAX);
  // Before, eleven.
  expect(pauses.filter((ms) => ms === EXPIRY_SWEEP_MS).length).toBeLessThan(4);
});

test('where others wait, a page is sent at a time and then, however many are due', async () => {
  let now = 0;
  await bench.createHolds(
    left,
    Array.from({ length: 2_500 }, () => -9_000),
  );
  const backlog = `${bench.shards[0]?.tag}:chunks:backlog`;
  await bench.redis.hset(backlog, 'commands', EXPIRY_COMMANDS_AHEAD_MAX);
  await bench.startSweeper(() => now);
  for (let before = 0; before < 2_500; now += EXPIRY_SWEEP_MS) {
    await until('more are sent', async () => (await sent()).length > before);
    await sweeps(3);
    const more = (await sent()).length - before;
    expect(more).toBeLessThanOrEqual(EXPIRIES_PER_SWEEP_MAX);
    before += more;
  }
});

test('a queue in which nothing moves gets so many and no more', async () => {
  await bench.createHolds(
    left,
    Array.from({ length: EXPIRIES_WAITING_MAX + 500 }, () => -1_000),
  );
  const sweeper = await bench.startSweeper();
  await until('enough are sent', async () => (await sent()).length === EXPIRIES_WAITING_MAX);
  await sweeps(10);
  expect(await sent()).toHaveLength(EXPIRIES_WAITING_MAX);
  expect(sweeper.lines).toEqual([]);
});

test('a hold that is not ended is sent again after a while, but not while its chunk waits still', async () => {
  let ahead = 0;
  const sweeper = await bench.startSweeper(() => performance.now() + ahead);
  await bench.createHolds(left, [-1_000]);
  await until('it is sent', async () => (await sent()).length === 1);
  ahead = EXPIRY_RESEND_MS;
  await until('it says so', () => sweeper.lines.length > 0);
  await sweeps(2);
  expect(sweeper.lines).toEqual(['holds do not expire: the queue of shard 0 does not move']);
  expect(await sent()).toHaveLength(1);
  await bench.queues[0]?.drain();
  await until('it is sent again', async () => (await sent()).length === 1);
  await until('it says so', () => sweeper.lines.length === 2);
});

test('the age of the oldest is known, and is 0 when none is left', async () => {
  const sweeper = await bench.startSweeper();
  const age = () => sweeper.metric('razao_holds_overdue_seconds');
  await until('none is known', async () => (await age()) === 0);
  await bench.createHolds(left, [-40_000, -50_000, 60_000]);
  await until('the oldest is known', async () => Math.abs(((await age()) ?? 0) - 50) < 5);
  await bench.client.query(`update holds set status = 'expired'`);
  await until('none is left', async () => (await age()) === 0);
});

test('between two questions nothing is open in Postgres', async () => {
  await bench.createHolds(left, [-1_000]);
  await bench.startSweeper();
  await until('it is sent', async () => (await sent()).length > 0);
  await sweeps(1);
  const sessions = await bench.rows(
    `select count(*)::int as open, count(xact_start) filter (where state <> 'active')::int as transactions
     from pg_stat_activity where application_name = 'razao expiry' and datname = current_database()`,
  );
  expect(sessions).toEqual([{ open: 1, transactions: 0 }]);
});

async function sent(): Promise<string[]> {
  const chunks = await Promise.all([0, 1].map((shard) => bench.chunks(shard)));
  return chunks.flat(2).map(({ id }) => id);
}

/** Waits until it has asked Postgres so often. */
async function sweeps(count: number): Promise<void> {
  const last = async () => {
    const [row] = await bench.rows<{ last: string }>(
      `select max(query_start)::text as last from pg_stat_activity
       where application_name = 'razao expiry' and datname = current_database()`,
    );
    return row?.last;
  };
  for (let i = 0; i <= count; i++) {
    const before = await last();
    await until('it sweeps', async () => (await last()) !== before);
  }
}

function ledgerOf(shard: number): string {
  const names = Array.from({ length: 20 }, (_, n) => `ledger-${n}`);
  return names.find((name) => shardOf(name, 2) === shard) ?? '';
}
