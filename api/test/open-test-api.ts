import {
  IDEMPOTENCY_WINDOW_SECONDS,
  QUEUE_BYTES_MAX,
  QUEUE_COMMANDS_MAX,
} from '@razao/shared/contract/limits.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import { createLog } from '@razao/shared/runtime/log.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import { runChecks } from '@razao/sql/check.ts';
import { freePort } from '@razao/stack/ports.ts';
import { openTcpProxy, type TcpProxy } from '@razao/stack/test/tcp-proxy.ts';
import { until } from '@razao/stack/test/until.ts';
import { createTestDatabase } from '@razao/stack/test-database.ts';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { expect } from 'vitest';
import { createWorker } from '../../worker/src/create-worker.ts';
import { assembleApi } from '../src/create-api.ts';
import { type Client, createClient, TEST_KEY } from './client.ts';

export const SHARDS = 2;
const HOST = '127.0.0.1';
const log = createLog('test', 'silent');

/** An API as a value on a database and a Redis of its own. */
export type TestApi = Client & {
  /** The servers behind it, for a look into them and for harm. */
  redis: Redis;
  redisServer: TestRedis;
  database: Pool;
  /** What stands between the API and Postgres, and between it and Redis. */
  postgres: TcpProxy;
  queue: TcpProxy;
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  /** Where the keys of a ledger's shard are. */
  keysOf(ledger: string): ShardKeys;
  close(): Promise<void>;
};

type TestApiWish = {
  /** With what posts the transactions. */
  worker?: boolean;
  /** What else stands between the API and Postgres. */
  through?: (databaseUrl: string) => Promise<string>;
};

/** Opens all of it. */
export async function openTestApi({
  worker = false,
  through = async (url) => url,
}: TestApiWish = {}): Promise<TestApi> {
  const [testDatabase, redisServer] = await Promise.all([createTestDatabase(), startTestRedis()]);
  const [postgres, queue] = await Promise.all([
    openTcpProxy(testDatabase.url),
    openTcpProxy(redisServer.url),
  ]);
  const shared = {
    ...{ REDIS_URL: redisServer.url, HOST, SHARDS, DURABILITY: 'checked' as const },
    ...{ QUEUE_COMMANDS_MAX, QUEUE_BYTES_MAX },
  };
  const { app, connections, installation, waiting } = assembleApi(
    {
      ...shared,
      REDIS_URL: queue.url,
      DATABASE_URL: await through(postgres.url),
      PORT: 0,
      QUEUE_SECONDS_MAX: 0,
      LOG_LEVEL: 'silent',
      RAZAO_DEV_KEY: TEST_KEY,
    },
    log,
  );
  const client = createClient(app);
  await installation.start();
  await waiting.start();
  await until('the API sees Redis', () => client.isReady());

  const redis = new Redis(redisServer.url, { retryStrategy: () => 100 });
  redis.on('error', () => {});
  const database = new Pool({ connectionString: testDatabase.url, max: 2 });
  database.on('error', () => {});
  let workers: Service[] = [];
  const api: TestApi = {
    ...client,
    redis,
    redisServer,
    database,
    postgres,
    queue,
    async startWorker() {
      workers = createWorker(
        {
          ...shared,
          DATABASE_URL: testDatabase.url,
          WORKER_PORT: await freePort(),
          ROLES: ['committer'],
          IDEMPOTENCY_WINDOW: IDEMPOTENCY_WINDOW_SECONDS,
          LOG_LEVEL: 'silent',
        },
        log,
      );
      for (const service of workers) await service.start();
    },
    keysOf: (ledger) => installation.keys(shardOf(ledger, SHARDS)),
    async stopWorker() {
      for (const service of workers.splice(0).reverse()) await service.stop();
    },
    async close() {
      await waiting.stop();
      await installation.stop();
      await connections.stop();
      await api.stopWorker();
      redis.disconnect();
      await database.end();
      await Promise.all([postgres.close(), queue.close()]);
      await Promise.all([redisServer.remove(), testDatabase.drop()]);
    },
  };
  if (worker) await api.startWorker();
  return api;
}

/** Closes all of it, and expects that every law held to the end. */
export async function closeLawful(api: TestApi): Promise<void> {
  try {
    expect(await runChecks(api.database)).toEqual([]);
  } finally {
    await api.close();
  }
}
