import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from '@razao/shared/contract/command.ts';
import { READER_LEVEL } from '@razao/shared/contract/level.ts';
import { readDeadLetters } from '@razao/shared/queue/dead-letters.ts';
import { deliveryAttemptsKey } from '@razao/shared/runtime/keys.ts';
import { transfer } from '@razao/shared/test/commands.ts';
import { emptyRedis } from '@razao/shared/test/redis.ts';
import { runChecks } from '@razao/sql/check.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openWorkerBench, type WorkerBench } from '../../test/worker-bench.ts';

type Worker = Awaited<ReturnType<WorkerBench['startWorker']>>;

const OLDER_LEVEL = READER_LEVEL - 1;
const OLD = { readerLevel: OLDER_LEVEL };

let bench: WorkerBench;
let ledger: number;
let ledgers = 0;
/** What was enqueued, in order. */
let commands: Command[] = [];

beforeAll(async () => {
  bench = await openWorkerBench();
});
afterAll(() => bench?.close());
beforeEach(async () => {
  ledgers += 1;
  ledger = await bench.createLedger(`book-${ledgers}`);
  commands = [];
});
afterEach(async () => {
  await bench.stopWorkers();
  expect(await readDeadLetters(bench.redis, bench.keys)).toEqual([]);
  expect(await bench.redis.exists(deliveryAttemptsKey(bench.keys))).toBe(0);
  expect(await runChecks(bench.client)).toEqual([]);
  await emptyRedis(bench.redis);
});

describe('a chunk that needs more than the worker understands', () => {
  test('waits in order, and all behind it; the lock is free, and the worker says so', async () => {
    for (const needs of [1, 1, READER_LEVEL + 1, 1]) await enqueue(needs);
    const worker = await bench.startWorker();
    await until('it waits', () => waits(worker));
    await delay(1_500);
    expect(await posted()).toEqual(idsOf(commands.slice(0, 2)));
    expect(await states()).toEqual({ waiting: ['c-2', 'c-3'], active: [] });
    expect((await bench.sessions()).filter(({ holder }) => holder)).toEqual([]);
    expect(await worker.readiness()).toMatchObject({ ready: true, waiting_for_newer: [0] });
    expect(await worker.metric('razao_chunks_too_new')).toBe(1);
  });

  test.each([
    ['of another form', { v: 3, fees: [] }],
    ['with a field that is not known', { v: 2, needs: 1, fee: '1', commands: [] }],
  ])('likewise one %s', async (_, data) => {
    await bench.queue.add('chunk', data as never, { jobId: 'c-new' });
    await enqueue(1);
    const worker = await bench.startWorker();
    await until('it waits', () => waits(worker));
    expect(await posted()).toEqual([]);
    expect(await states()).toEqual({ waiting: ['c-new', 'c-0'], active: [] });
  });

  test('is waited for no longer once it is gone', async () => {
    for (const needs of [1, READER_LEVEL + 1, READER_LEVEL + 1, 1]) await enqueue(needs);
    const worker = await bench.startWorker();
    await until('it waits', () => waits(worker));
    // Somebody takes them out by hand, all but their locks.
    for (const id of ['c-1', 'c-2']) {
      await bench.redis.lrem(bench.queue.toKey('wait'), 1, id);
      await bench.redis.del(bench.queue.toKey(id));
    }
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toHaveLength(2);
    expect(await worker.readiness()).toMatchObject({ waiting_for_newer: [] });
    expect(await worker.metric('razao_chunks_too_new')).toBe(0);
  });

  test('keeps no worker from stopping, nor when Redis is away', async () => {
    await enqueue(READER_LEVEL + 1);
    const worker = await bench.startWorker();
    await until('it waits', () => waits(worker));
    await bench.server.kill();
    const at = performance.now();
    await worker.stop();
    expect(performance.now() - at).toBeLessThan(5_000);
    await bench.server.start();
  });

  test('is taken by a newer worker that stands by, and the older one does not take the shard back from it', async () => {
    await enqueue(OLDER_LEVEL);
    const old = await bench.startWorker(OLD);
    await until('the old one posts', async () => (await posted()).length === 1);
    const newer = await bench.startWorker();
    for (let n = 0; n < 5; n++) await enqueue(READER_LEVEL);
    await bench.untilDrained();
    expect(await posted()).toEqual(idsOf(commands));
    await until('the old one waits no more', async () => !(await waits(old)));
    // What the old one understands is posted by the newer one as well: it keeps the shard.
    for (let n = 0; n < 20; n++) {
      await enqueue(OLDER_LEVEL + (n % 2));
      await delay(100);
    }
    await bench.untilDrained();
    expect(await old.metric('razao_posted_total')).toBe(1);
    expect(await newer.metric('razao_posted_total')).toBe(25);
    expect(await posted()).toEqual(idsOf(commands));
  });
});

test('up and down under load: each command is posted once, in order, by a worker that understands it', async () => {
  const feeding = startFeeding();
  const old = await bench.startWorker(OLD);
  await until('the old one waits for the first that it does not understand', () => waits(old));
  const before = (await posted()).length;
  expect(before).toBeLessThan(commands.length);
  for (let round = 0; round < 2; round++) {
    const newer = await bench.startWorker();
    await untilMorePosted(200);
    await newer.stop();
    await until('the old one waits for a newer one again', () => waitsForNew(old));
  }
  const last = await bench.startWorker();
  await old.stop();
  await untilMorePosted(100);
  await feeding.stop();
  await bench.untilDrained();
  expect(await posted()).toEqual(idsOf(commands));
  expect(await last.metric('razao_redelivered_total')).toBe(0);

  /** Nobody goes on with the shard, as the chunk whose turn it is needs more than the old one understands. */
  async function waitsForNew(worker: Worker): Promise<boolean> {
    const { waiting, active } = await states();
    const data = JSON.parse(
      (await bench.redis.hget(bench.queue.toKey(waiting[0] ?? ''), 'data')) ?? '{}',
    );
    return active.length === 0 && data.needs === READER_LEVEL && (await waits(worker));
  }
});

/** A deposit, and from time to time what only it allows: an order that is broken is a rejection. */
async function enqueue(needs: number): Promise<void> {
  const n = commands.length;
  const command = transfer(ledger, n % 2 === 0 ? 'world>alice 7' : 'alice>world 7');
  commands.push(command);
  await bench.enqueue([command], `c-${n}`, { needs });
}

/** Chunks of old and of new commands, until it is stopped. */
function startFeeding() {
  let stopped = false;
  const running = (async () => {
    for (let n = 0; !stopped; n++) {
      await enqueue(n > 50 && n % 7 === 0 ? READER_LEVEL : OLDER_LEVEL);
      await delay(5);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await running;
    },
  };
}

async function untilMorePosted(count: number): Promise<void> {
  const before = (await posted()).length;
  await until('more is posted', async () => (await posted()).length >= before + count);
}

async function waits(worker: Worker): Promise<boolean> {
  const { waiting_for_newer } = (await worker.readiness()) as { waiting_for_newer: number[] };
  return waiting_for_newer.length > 0;
}

async function posted(): Promise<string[]> {
  const fates = await bench.fates(ledger);
  expect(fates.filter(([, fate]) => fate !== 'posted')).toEqual([]);
  return fates.map(([id]) => id);
}

function idsOf(some: readonly Command[]): string[] {
  return some.map(({ id }) => id);
}

/** Chunks by state, oldest first. */
async function states() {
  const [waiting, active] = await Promise.all([
    bench.redis.lrange(bench.queue.toKey('wait'), 0, -1),
    bench.redis.lrange(bench.queue.toKey('active'), 0, -1),
  ]);
  return { waiting: waiting.reverse(), active: active.reverse() };
}
