import { transfer } from '@razao/shared/test/commands.ts';
import { migrationNames } from '@razao/sql/migrations.ts';
import { freePort } from '@razao/stack/ports.ts';
import { until } from '@razao/stack/test/until.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SILENT } from '../test/books.ts';
import { openWorkerBench, type WorkerBench } from '../test/worker-bench.ts';
import { createWorker } from './create-worker.ts';

const NEWEST = migrationNames().at(-1) ?? '';
const FORGET = `delete from migrations where name = '${NEWEST}'`;
const REMEMBER = `insert into migrations (name) values ('${NEWEST}')`;
const OLDER = {
  ready: false,
  dependencies: {
    postgres: { ok: true },
    schema: { ok: false, fault: expect.stringContaining(`it lacks the migrations ${NEWEST}`) },
  },
};

let bench: WorkerBench;
let ledger: number;
beforeAll(async () => {
  bench = await openWorkerBench();
  ledger = await bench.createLedger('book');
});
afterAll(() => bench?.close());

describe('a worker on a schema that is older than it is', () => {
  test('gives up its locks, posts nothing and says why, until the schema fits', async () => {
    const worker = await bench.startWorker();
    await until('it holds', async () => (await worker.metric('razao_committer_active')) === 1);
    await bench.client.query(FORGET);
    await expect.poll(() => worker.readiness(), { timeout: 10_000 }).toMatchObject(OLDER);
    // Another process, of a version that the schema fits, may have them.
    await until('it gives up', async () => (await worker.metric('razao_committer_active')) === 0);
    const command = transfer(ledger, 'world>alice 1');
    await bench.enqueue([command]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await bench.fates(ledger)).toEqual([]);
    expect((await bench.sessions()).filter(({ holder }) => holder)).toEqual([]);
    await bench.client.query(REMEMBER);
    await bench.untilDrained();
    expect(await bench.fates(ledger)).toEqual([[command.id, 'posted']]);
    await expect.poll(() => worker.readiness()).toMatchObject({ ready: true });
    await bench.stopWorkers();
  });

  test('does not begin, says why, and begins once it fits', async () => {
    await bench.client.query(FORGET);
    const port = await freePort();
    const services = createWorker(
      {
        DATABASE_URL: bench.url,
        REDIS_URL: bench.server.url,
        HOST: '127.0.0.1',
        WORKER_PORT: port,
        SHARDS: 1,
        QUEUE_COMMANDS_MAX: 1_000,
        QUEUE_BYTES_MAX: 1_000_000,
        IDEMPOTENCY_WINDOW: 3_600,
        DURABILITY: 'checked',
        LOG_LEVEL: 'silent',
        ROLES: ['committer'],
      },
      SILENT,
    );
    const started = (async () => {
      for (const service of services) await service.start();
    })();
    const readiness = () => fetch(`http://127.0.0.1:${port}/readyz`);
    await expect
      .poll(async () => (await readiness()).json(), { timeout: 10_000 })
      .toMatchObject(OLDER);
    expect((await readiness()).status).toBe(503);
    expect(await bench.sessions()).toEqual([]);
    await bench.client.query(REMEMBER);
    await started;
    await until('it is ready', async () => (await readiness()).status === 200);
    await until('it holds', async () => (await bench.sessions()).some(({ holder }) => holder));
    for (const service of services.reverse()) await service.stop();
  });
});
