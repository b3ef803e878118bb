import { randomUUID } from 'node:crypto';
import { atomicGroups } from '@razao/ledger/atomic-groups.ts';
import type { Command } from '@razao/shared/contract/command.ts';
import { OWNER_SILENT_MS, SUSPECT_PARTS } from '@razao/shared/contract/limits.ts';
import { attemptsKey, deliveryAttemptsKey, ownerKey } from '@razao/shared/runtime/keys.ts';
import { transfer } from '@razao/shared/test/commands.ts';
import { emptyRedis } from '@razao/shared/test/redis.ts';
import { runChecks } from '@razao/sql/check.ts';
import { until } from '@razao/stack/test/until.ts';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openWorkerBench, type WorkerBench } from '../../test/worker-bench.ts';
import { nameOf } from './attempts.ts';

const LONG_AGO_MS = 10 * OWNER_SILENT_MS;
const ATOMIC = `${'A'.repeat(43)}=`;

let bench: WorkerBench;
let ledger: number;
let ledgers = 0;

beforeAll(async () => {
  bench = await openWorkerBench();
});
afterAll(() => bench?.close());
beforeEach(async () => {
  ledgers += 1;
  ledger = await bench.createLedger(`book-${ledgers}`);
});
afterEach(async () => {
  await bench.stopWorkers();
  expect(await runChecks(bench.client)).toEqual([]);
  // Whatever was noted of a chunk is forgotten with it.
  expect(await bench.redis.exists(deliveryAttemptsKey(bench.keys), attemptsKey(bench.keys))).toBe(
    0,
  );
  await emptyRedis(bench.redis);
});

describe('invariant 9: a chunk with which processes have died', () => {
  test('runs in a commit of its own, which costs the innocent little', async () => {
    const suspects = deposits(500);
    const others = deposits(2);
    await enqueueSuspect(suspects);
    for (const command of others) await bench.enqueue([command]);
    await bench.startWorker();
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual(posted([...suspects, ...others]));
    expect(await commits()).toBeLessThanOrEqual(3);
    expect(await commits()).toBeGreaterThan(1);
  });

  test('is worked on with others after a single death', async () => {
    const [first, second] = [deposits(4), deposits(4)];
    await enqueueSuspect(first, 1);
    await bench.enqueue(second);
    await bench.startWorker();
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual(posted([...first, ...second]));
    expect(await commits()).toBe(1);
  });

  test('is split once a process has died while it ran alone, and each part once one has died with that', async () => {
    const suspects = deposits(3 * SUSPECT_PARTS);
    await enqueueSuspect(suspects);
    await died(suspects);
    await died(suspects.slice(3, 6));
    await bench.startWorker();
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual(posted(suspects));
    expect(await commits()).toBe(SUSPECT_PARTS - 1 + 3);
  });

  test.each([
    [2, 'posted'],
    [3, 'processing_failed'],
  ])(
    'has a command with which %d processes died %s, and the others posted',
    async (times, fate) => {
      const suspects = deposits(5);
      const culprit = suspects[1] as Command;
      await enqueueSuspect(suspects);
      await died(suspects);
      for (let n = 0; n < times; n++) await died([culprit]);
      await bench.startWorker();
      await bench.untilDrained();
      expect(await bench.fates(ledger)).toEqual(
        suspects.map((command) => [command.id, command === culprit ? fate : 'posted']),
      );
    },
  );

  test.each([
    [2, 'posted'],
    [3, 'processing_failed'],
  ])(
    'has an atomic bulk with which %d processes died %s as one, and the others posted',
    async (times, fate) => {
      const bulk = deposits(4).map((command) => ({ ...command, atomic: ATOMIC }));
      const suspects = [...deposits(1), ...bulk, ...deposits(2)];
      await enqueueSuspect(suspects);
      await died(suspects);
      for (let n = 0; n < times; n++) await died(bulk);
      await bench.startWorker();
      await bench.untilDrained();
      expect(await bench.fates(ledger)).toEqual(
        suspects.map(({ id, atomic }) => [id, atomic ? fate : 'posted']),
      );
      expect(await commits()).toBe(4);
    },
  );
});

describe('invariant 9: what is held against a command', () => {
  test.each([
    ['processes that ended in order', async () => [await owner('exited'), await owner('exited')]],
    ['a process that died once', async () => Array(2).fill(await owner('dead'))],
    ['processes of which nothing is known', async () => [randomUUID(), randomUUID()]],
  ] as [string, () => Promise<string[]>][])('is not what was left by %s', async (_, owners) => {
    const [command] = deposits(1) as [Command];
    await enqueueSuspect([command]);
    for (const id of [await owner('dead'), ...(await owners())]) await died([command], id);
    await bench.startWorker();
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual(posted([command]));
  });

  test('is waited for: a process that has not been silent for long may live yet', async () => {
    const [command] = deposits(1) as [Command];
    await enqueueSuspect([command]);
    const last = await owner('silent for a second');
    for (const id of [await owner('dead'), await owner('dead'), last]) await died([command], id);
    const startedAt = performance.now();
    await bench.startWorker();
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual([[command.id, 'processing_failed']]);
    expect(performance.now() - startedAt).toBeGreaterThan(OWNER_SILENT_MS - 1_500);
  });

  test('is not what was left by a process that speaks again', async () => {
    const [command] = deposits(1) as [Command];
    await enqueueSuspect([command]);
    const last = await owner('silent for a second');
    for (const id of [await owner('dead'), await owner('dead'), last]) await died([command], id);
    await bench.startWorker();
    const speaking = setInterval(() => void speak(last), 500);
    await bench.untilDrained().finally(() => clearInterval(speaking));
    expect(await bench.fates(ledger)).toEqual(posted([command]));
  });

  test('is not that the database ended its session, or kept it waiting, each time', async () => {
    const [command] = deposits(1) as [Command];
    await enqueueSuspect([command]);
    const blocker = new Client({ connectionString: bench.url });
    await blocker.connect();
    await blocker.query('begin; lock table entries in access exclusive mode');
    const worker = await bench.startWorker();
    const ended = new Set<string>();
    const waiting = `select pid from pg_stat_activity
      where wait_event_type = 'Lock' and application_name = 'razao committer 0' and datname = current_database()`;
    try {
      for (let times = 0; times < 5; times++) {
        await until('it commits', async () => (await bench.rows(waiting)).length === 1);
        const noted = await bench.redis.hkeys(attemptsKey(bench.keys));
        // One at a time: what ended otherwise than by a death is taken back.
        expect(noted.length).toBeLessThanOrEqual(1);
        for (const attempt of noted) ended.add(attempt);
        const [{ pid } = { pid: 0 }] = await bench.rows<{ pid: number }>(waiting);
        await bench.client.query('select pg_terminate_backend($1, 5000)', [pid]);
      }
      const timedOut = () => worker.metric('razao_commit_retries_total');
      await until('it was tried again', async () => (await timedOut()) > 2);
    } finally {
      await blocker.end();
    }
    await bench.untilDrained();
    expect(ended.size).toBeGreaterThan(2);
    expect(await bench.fates(ledger)).toEqual(posted([command]));
  });

  test('is nothing after an orderly stop in the middle of a try', async () => {
    const [command] = deposits(1) as [Command];
    await enqueueSuspect([command]);
    const blocker = new Client({ connectionString: bench.url });
    await blocker.connect();
    await blocker.query('begin; lock table entries in access exclusive mode');
    try {
      await bench.startWorker();
      await until(
        'it is tried',
        async () => (await bench.redis.exists(attemptsKey(bench.keys))) === 1,
      );
      await bench.stopWorkers();
      expect(await bench.redis.exists(attemptsKey(bench.keys))).toBe(0);
      expect(await bench.redis.llen(bench.queue.toKey('active'))).toBe(0);
    } finally {
      await blocker.end();
    }
    await bench.startWorker();
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual(posted([command]));
  });
});

describe('invariant 9: many chunks with which processes have died', () => {
  test('run together in one commit', async () => {
    const suspects = deposits(300);
    await enqueueSuspects(suspects);
    await bench.startWorker();
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual(posted(suspects));
    // Each take brings what has been fetched by then: some at once, on a slow machine too.
    expect(await commits()).toBeLessThan(300 / 4);
  });

  test('are divided once a process has died with them together, and tried one by one after a second death', async () => {
    const suspects = deposits(64);
    const ids = await enqueueSuspects(suspects);
    await diedTogether(ids);
    await diedTogether(ids.slice(20, 28));
    await bench.startWorker();
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual(posted(suspects));
    // 20 and 36 of them by 16 at most, and eight; how far they are fetched when they are taken may divide them more.
    expect(await commits()).toBeGreaterThanOrEqual(2 + 8 + 3);
    expect(await commits()).toBeLessThan(64 / 2);
  });

  test('in which a command is that processes died with: it is rejected, and nothing else', async () => {
    const suspects = deposits(40);
    const culprit = suspects[30] as Command;
    const ids = await enqueueSuspects(suspects);
    await diedTogether(ids);
    await diedTogether(ids.slice(20, 36));
    for (let n = 0; n < 3; n++) await died([culprit], undefined, ids[30]);
    await bench.startWorker();
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual(
      suspects.map((command) => [command.id, command === culprit ? 'processing_failed' : 'posted']),
    );
  });
});

const CHUNK = 'c-suspect';

function deposits(count: number): Command[] {
  return Array.from({ length: count }, () => transfer(ledger, 'world>alice 1'));
}

function posted(commands: readonly Command[]): [string, string][] {
  return commands.map(({ id }) => [id, 'posted']);
}

/** A chunk that was taken from processes that are dead. */
async function enqueueSuspect(
  commands: readonly Command[],
  deaths = 2,
  chunk = CHUNK,
): Promise<void> {
  for (let n = 0; n < deaths; n++) {
    const field = `${await owner('dead')} ${chunk}`;
    await bench.redis.hset(deliveryAttemptsKey(bench.keys), field, Date.now() - LONG_AGO_MS / 2);
  }
  await bench.enqueue(commands, chunk);
}

/** Each command in a chunk of its own. Returns the chunks. */
async function enqueueSuspects(commands: readonly Command[]): Promise<string[]> {
  const ids = commands.map((_, i) => `${CHUNK}-${i}`);
  for (const [i, command] of commands.entries()) await enqueueSuspect([command], 2, ids[i]);
  return ids;
}

/** A dead process had these chunks in a try of them all that has not ended. */
async function diedTogether(chunks: readonly string[]): Promise<void> {
  const [id, value] = [randomUUID(), `${await owner('dead')} *`];
  for (const chunk of chunks)
    await bench.redis.hset(attemptsKey(bench.keys), `${id} ${chunk}`, value);
}

/** A process, a dead one as a rule, had these in a try of their own that has not ended. */
async function died(commands: readonly Command[], id?: string, chunk = CHUNK): Promise<void> {
  const value = `${id ?? (await owner('dead'))} ${nameOf(atomicGroups(commands))}`;
  await bench.redis.hset(attemptsKey(bench.keys), `${randomUUID()} ${chunk}`, value);
}

type How = 'dead' | 'exited' | 'silent for a second';

/** A process that spoke last as one does that ended so. Returns its id. */
async function owner(how: How): Promise<string> {
  const id = randomUUID();
  const silentMs = how === 'silent for a second' ? 1_000 : LONG_AGO_MS;
  const said = how === 'exited' ? ' exited' : '';
  await bench.redis.set(ownerKey(bench.installation, id), `${Date.now() - silentMs}${said}`);
  return id;
}

async function speak(id: string): Promise<void> {
  await bench.redis.set(ownerKey(bench.installation, id), Date.now());
}

/** How many commits changed the ledger. */
async function commits(): Promise<number> {
  return (await bench.rows('select 1 from outbox where ledger_id = $1', [ledger])).length;
}
