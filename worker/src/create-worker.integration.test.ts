import { markStopped, resumeShard } from '@razao/shared/queue/stop-mark.ts';
import { backlogKey } from '@razao/shared/runtime/keys.ts';
import { transfer } from '@razao/shared/test/commands.ts';
import { openTcpProxy } from '@razao/stack/test/tcp-proxy.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openWorkerBench, type WorkerBench } from '../test/worker-bench.ts';

type Worker = Awaited<ReturnType<WorkerBench['startWorker']>>;

const ALL_WELL = {
  ready: true,
  dependencies: { redis: { ok: true }, postgres: { ok: true }, clock: { ok: true } },
  stopped_shards: [],
  waiting_for_newer: [],
};

let bench: WorkerBench;
beforeAll(async () => {
  bench = await openWorkerBench();
});
afterAll(() => bench?.close());
afterEach(() => bench.stopWorkers());

describe.each(['committer', 'indexer'] as const)(
  'the readiness of a worker with the role %s',
  (role) => {
    test('names each dependency, and the fault of one that is down', async () => {
      const proxy = await openTcpProxy(bench.url);
      try {
        const worker = await bench.startWorker({ roles: [role], databaseUrl: proxy.url });
        await untilItSays(worker, ALL_WELL);
        expect(await worker.metrics()).toContain('razao_dependency_up{dependency="postgres"} 1');
        await proxy.cut();
        const postgres = { ok: false, fault: expect.stringMatching(/./) };
        await untilItSays(worker, { dependencies: { redis: { ok: true }, postgres } });
        expect(await worker.metrics()).toContain('razao_dependency_up{dependency="postgres"} 0');
        await proxy.mend();
        await untilItSays(worker, ALL_WELL);
        await bench.server.kill();
        await untilItSays(worker, {
          dependencies: { redis: { ok: false }, postgres: { ok: true } },
        });
        await bench.server.start();
        await untilItSays(worker, ALL_WELL);
      } finally {
        await bench.stopWorkers();
        await proxy.close();
      }
    });
  },
);

test('readiness names shards without a committer, in whatever process', async () => {
  const idle = await bench.startWorker({ roles: ['indexer'] });
  await untilItSays(idle, { ...ALL_WELL, shards_without_committer: [0] });
  const worker = await bench.startWorker();
  for (const each of [idle, worker])
    await untilItSays(each, { ...ALL_WELL, shards_without_committer: [] });
  await worker.stop();
  await untilItSays(idle, { ...ALL_WELL, shards_without_committer: [0] });
  await bench.server.kill();
  await untilItSays(idle, { shards_without_committer: null });
  expect(await idle.metrics()).not.toContain('razao_shards_without_committer{');
  await bench.server.start();
  await untilItSays(idle, { ...ALL_WELL, shards_without_committer: [0] });
});

test('readiness names a shard that stands still, until it goes on', async () => {
  await markStopped(bench.redis, bench.keys);
  const worker = await bench.startWorker();
  await untilItSays(worker, { ...ALL_WELL, stopped_shards: [0] });
  await resumeShard(bench.redis, bench.keys);
  await untilItSays(worker, ALL_WELL);
});

test('what a queue holds is not told while Redis cannot be asked, and told again afterwards', async () => {
  const worker = await bench.startWorker({ roles: ['housekeeping'] });
  const told = async () => (await worker.metrics()).match(/^razao_queue_\w+\{.*$/gm) ?? [];
  await until('it is told', async () => (await told()).length === 7);
  expect(await told()).toContain('razao_queue_chunks{shard="0",state="waiting"} 0');
  await bench.server.kill();
  await until('it is not told', async () => (await told()).length === 0);
  await bench.server.start();
  await until('it is told again', async () => (await told()).length === 7);
});

test('a count of what waits that was lost is made anew', async () => {
  await bench.enqueue([transfer(1, 'world>alice 1'), transfer(1, 'world>alice 1')]);
  const count = () => bench.redis.hgetall(backlogKey(bench.keys));
  const before = await count();
  expect(before).toMatchObject({ chunks: '1', commands: '2' });
  const worker = await bench.startWorker({ roles: ['housekeeping'] });
  await until('it is told', async () => (await worker.metric('razao_queue_commands')) === 2);
  await bench.redis.del(backlogKey(bench.keys));
  await expect.poll(count, { timeout: 10_000 }).toEqual(before);
});

async function untilItSays(worker: Worker, what: object): Promise<void> {
  await expect.poll(() => worker.readiness(), { timeout: 10_000 }).toMatchObject(what);
}
