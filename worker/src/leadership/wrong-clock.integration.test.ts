import { setTimeout as delay } from 'node:timers/promises';
import { transfer } from '@razao/shared/test/commands.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { openWorkerBench, type WorkerBench } from '../../test/worker-bench.ts';

const DAY_MS = 24 * 3_600_000;

let bench: WorkerBench;
beforeAll(async () => {
  bench = await openWorkerBench();
});
afterAll(() => bench?.close());
afterEach(() => bench.stopWorkers());

test('a ledger whose last posting is a day ahead keeps its shard waiting, in order, and an operator may decide to go on', async () => {
  const [ahead, other] = [await bench.createLedger('ahead'), await bench.createLedger('other')];
  const worker = await bench.startWorker();
  await bench.enqueue([transfer(ahead, 'world>alice 1')]);
  await bench.untilDrained();
  await bench.client.query(
    `update ledgers set last_posted_at = clock_timestamp() + interval '1 day' where name = 'ahead'`,
  );
  const commands = [transfer(ahead, 'world>alice 1'), transfer(ahead, 'alice>bob 2')];
  const behind = transfer(other, 'world>alice 1');
  await bench.enqueue(commands);
  await bench.enqueue([behind]);
  await expect
    .poll(() => worker.readiness(), { timeout: 10_000 })
    .toMatchObject({
      ready: true,
      dependencies: {
        clock: { ok: false, fault: expect.stringContaining('ledger ahead is 86400 s') },
      },
    });
  await delay(2_000);
  // Tried again with a growing distance, and nothing of it is done.
  const retries = await worker.metric('razao_commit_retries_total');
  expect(retries).toBeGreaterThan(1);
  expect(retries).toBeLessThan(20);
  expect(await bench.fates(other)).toEqual([]);
  expect(await bench.fates(ahead)).toHaveLength(1);
  expect(await worker.metric('razao_posted_at_ahead_seconds')).toBeGreaterThan(80_000);
  expect(await worker.metric('razao_rejected_total')).toBe(0);
  await bench.client.query(
    `insert into settings (name, value) values ('posted_at_ahead_seconds_max', '100000')`,
  );
  await bench.untilDrained();
  expect((await bench.fates(ahead)).slice(1)).toEqual(commands.map(({ id }) => [id, 'posted']));
  expect(await bench.fates(other)).toEqual([[behind.id, 'posted']]);
  await expect
    .poll(() => worker.readiness())
    .toMatchObject({ dependencies: { clock: { ok: true } } });
});

test('a process whose own clock is a day off gives up its shards, says so, and begins again once it is right', async () => {
  const ledger = await bench.createLedger('book');
  const right = Date.now;
  let skewMs = 0;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => right() + skewMs);
  const command = transfer(ledger, 'world>alice 1');
  try {
    const worker = await bench.startWorker();
    await until('it holds', async () => (await worker.metric('razao_committer_active')) === 1);
    skewMs = DAY_MS;
    await expect
      .poll(() => worker.readiness(), { timeout: 10_000 })
      .toMatchObject({
        ready: false,
        dependencies: { clock: { ok: false, fault: expect.stringContaining('86400 s ahead') } },
      });
    await until('it gives up', async () => (await worker.metric('razao_committer_active')) === 0);
    await bench.enqueue([command]);
    await delay(1_000);
    expect(await bench.fates(ledger)).toEqual([]);
    skewMs = 0;
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual([[command.id, 'posted']]);
    await expect.poll(() => worker.readiness()).toMatchObject({ ready: true });
  } finally {
    clock.mockRestore();
  }
});
