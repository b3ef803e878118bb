import { httpService } from '@razao/shared/runtime/listen.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import { createApiMetrics, createRegistry } from '@razao/shared/runtime/metrics.ts';
import { openFailFastRedis } from '@razao/shared/runtime/redis.ts';
import { guardRedis } from '@razao/shared/runtime/redis-guard.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import { zeroApiMetrics } from '@razao/shared/runtime/zero-metrics.ts';
import type { Hono } from 'hono';
import { createApp } from './app.ts';
import { createKeyRing } from './auth/key-ring.ts';
import type { ApiConfig } from './config.ts';
import { createDatabase } from './database.ts';
import type { Deps } from './deps.ts';
import type { ApiEnv } from './http/env.ts';
import { Intake } from './intake/intake.ts';
import { createMemoryWatch } from './intake/memory-watch.ts';
import { createLedgerDirectory } from './ledgers/ledger-directory.ts';
import { createShardsCheck } from './shards-check.ts';
import { createLookup } from './transactions/lookup.ts';
import { createWaiters } from './waiting/waiters.ts';

/** The parts of an API process, in the order in which they start. */
export function createApi(config: Readonly<ApiConfig>, log: Logger): Service[] {
  const { app, connections, shards, waiting } = assembleApi(config, log);
  const http = httpService(app, { host: config.HOST, port: config.PORT });
  // Waiting stops first: those who wait are answered with what is known, so that the server can finish.
  return [connections, shards, http, waiting];
}

type ApiParts = { app: Hono<ApiEnv>; connections: Service; shards: Service; waiting: Service };

/** The API as a value with what it stands on; nothing listens. */
export function assembleApi(config: Readonly<ApiConfig>, log: Logger): ApiParts {
  const registry = createRegistry();
  const metrics = createApiMetrics(registry);
  zeroApiMetrics(metrics);
  metrics.queueChunksMax.set(config.QUEUE_CHUNKS_MAX);
  const redis = openFailFastRedis(config.REDIS_URL);
  const subscriber = openFailFastRedis(config.REDIS_URL);
  const guard = guardRedis(redis, config.DURABILITY, log);
  const memory = createMemoryWatch(redis, metrics);
  const database = createDatabase(config.DATABASE_URL, config.DURABILITY, log);
  const lookup = createLookup({ redis, guard, database });
  const waiters = createWaiters({ subscriber, shards: config.SHARDS, lookup, metrics, log });
  const shards = createShardsCheck(database, config.SHARDS, log);
  const intakes = Array.from(
    { length: config.SHARDS },
    (_, shard) =>
      new Intake({
        shard,
        redis,
        guard,
        memory,
        metrics,
        chunksMax: config.QUEUE_CHUNKS_MAX,
      }),
  );
  const deps: Deps = {
    keys: createKeyRing(config.RAZAO_DEV_KEY),
    database,
    ledgers: createLedgerDirectory(database, config.SHARDS),
    intake: (shard) => intakes[shard] as Intake,
    lookup,
    waiters,
    registry,
    metrics,
    log,
    dependencies: () => ({ redis: guard.fault(), postgres: database.fault() }),
    ready: () => shards.done(),
  };
  const connections: Service = {
    name: 'connections',
    async start() {},
    async stop() {
      memory.stop();
      guard.stop();
      await Promise.all(intakes.map((intake) => intake.drain()));
      await database.stop();
      redis.disconnect();
      subscriber.disconnect();
    },
  };
  const waiting: Service = { name: 'waiting', async start() {}, stop: async () => waiters.close() };
  return { app: createApp(deps), connections, shards, waiting };
}
