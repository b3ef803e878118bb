import { toChunk } from '@razao/shared/contract/chunk.ts';
import type { Command } from '@razao/shared/contract/command.ts';
import {
  IDEMPOTENCY_WINDOW_SECONDS,
  QUEUE_BYTES_MAX,
  QUEUE_COMMANDS_MAX,
} from '@razao/shared/contract/limits.ts';
import { addChunk, newChunkId, openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { shardKeys } from '@razao/shared/runtime/keys.ts';
import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { freePort } from '@razao/stack/ports.ts';
import { until } from '@razao/stack/test/until.ts';
import { startTestRedis } from '@razao/stack/test-redis.ts';
import type { WorkerConfig } from '../src/config.ts';
import { createWorker } from '../src/create-worker.ts';
import { openBooks, SILENT } from './books.ts';

const SHARD = 0;

/** What a worker does, by what way it reaches Postgres, and the level of the chunks that it understands. */
type WorkerWish = { roles?: WorkerConfig['ROLES']; databaseUrl?: string; readerLevel?: number };

export type WorkerBench = Awaited<ReturnType<typeof openWorkerBench>>;

/** A database and a Redis with one shard, and as many workers on them as a test wants, each as in a process of its own. */
export async function openWorkerBench() {
  const [books, server] = await Promise.all([openBooks(), startTestRedis()]);
  const redis = openPatientRedis(server.url);
  const keys = shardKeys(books.installation, SHARD);
  const queue = openChunkQueue(redis, keys);
  const workers: { stop(): Promise<void> }[] = [];

  return {
    ...books,
    redis,
    /** The Redis behind it, for harm. */
    server,
    queue,
    keys,
    /** Adds commands as one chunk; `other` replaces parts of its data. */
    async enqueue(
      commands: readonly Command[],
      id = newChunkId(),
      other: { needs?: number } = {},
    ): Promise<void> {
      await addChunk(queue, id, { ...toChunk(commands), ...other });
    },
    async startWorker({
      roles = ['committer'],
      databaseUrl = books.url,
      readerLevel,
    }: WorkerWish = {}) {
      const port = await freePort();
      const services = createWorker(
        {
          DATABASE_URL: databaseUrl,
          REDIS_URL: server.url,
          HOST: '127.0.0.1',
          WORKER_PORT: port,
          SHARDS: 1,
          QUEUE_COMMANDS_MAX,
          QUEUE_BYTES_MAX,
          IDEMPOTENCY_WINDOW: IDEMPOTENCY_WINDOW_SECONDS,
          DURABILITY: 'checked',
          LOG_LEVEL: 'silent',
          ROLES: [...roles],
          ...(readerLevel === undefined ? {} : { RAZAO_READER_LEVEL: readerLevel }),
        },
        SILENT,
      );
      for (const service of services) await service.start();
      const url = `http://127.0.0.1:${port}`;
      const worker = {
        /** What `/readyz` says. */
        async readiness(): Promise<unknown> {
          return (await fetch(`${url}/readyz`)).json();
        },
        async metrics(): Promise<string> {
          return (await fetch(`${url}/metrics`)).text();
        },
        /** The value of a metric, summed over its labels; 0 where it has none yet. */
        async metric(name: string): Promise<number> {
          const values = (await worker.metrics())
            .split('\n')
            .filter((line) => line.startsWith(`${name}{`));
          return values.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
        },
        async stop(): Promise<void> {
          for (const service of services.splice(0).reverse()) await service.stop();
        },
      };
      workers.push(worker);
      return worker;
    },
    /** The committers' sessions in Postgres. */
    sessions: () =>
      books.rows<{ pid: number; holder: boolean }>(
        `select pid, exists (select 1 from pg_locks l where l.pid = a.pid and locktype = 'advisory') as holder
         from pg_stat_activity a where application_name = 'razao committer 0' and datname = current_database()`,
      ),
    /** Ids of a ledger's transactions in the order of their sequences, each with what became of it. */
    async fates(ledger: number): Promise<[id: string, fate: string][]> {
      const rows = await books.rows<{ id: string; fate: string }>(
        `select id, coalesce(rejection ->> 'code', status) as fate from transactions where ledger_id = $1 order by sequence`,
        [ledger],
      );
      return rows.map(({ id, fate }) => [id, fate]);
    },
    untilDrained: () =>
      until('the queue is empty', async () => {
        const counts = await Promise.all([
          redis.llen(queue.toKey('wait')),
          redis.llen(queue.toKey('active')),
        ]);
        return counts[0] + counts[1] === 0;
      }),
    async stopWorkers(): Promise<void> {
      await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    },
    async close(): Promise<void> {
      await queue.close();
      redis.disconnect();
      await server.remove();
      await books.close();
    },
  };
}
