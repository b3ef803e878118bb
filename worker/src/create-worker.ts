import { httpService } from '@razao/shared/runtime/listen.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import {
  createRegistry,
  createWorkerMetrics,
  type WorkerMetrics,
} from '@razao/shared/runtime/metrics.ts';
import { operationsRoutes } from '@razao/shared/runtime/operations.ts';
import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { guardRedis, type RedisGuard } from '@razao/shared/runtime/redis-guard.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import { zeroWorkerMetrics } from '@razao/shared/runtime/zero-metrics.ts';
import type { Redis } from 'ioredis';
import { agreeOnShardsService } from './agree-on-shards.ts';
import { type Committers, createCommitters } from './committer.ts';
import type { WorkerConfig } from './config.ts';
import { createExpirySweeper } from './housekeeping/expire-holds.ts';
import { createQueueWatch } from './housekeeping/watch-queues.ts';
import { createRollCall, type RollCall } from './roll-call.ts';

/** The parts of a worker process, in the order in which they start. Connects to nothing before they do. */
export function createWorker(config: Readonly<WorkerConfig>, log: Logger): Service[] {
  const registry = createRegistry();
  const metrics = createWorkerMetrics(registry);
  zeroWorkerMetrics(metrics, config.SHARDS);
  const redis = openPatientRedis(config.REDIS_URL);
  const guard = guardRedis(redis, config.DURABILITY, log);
  const shared = { redis, guard, metrics, log };
  let started = false;
  const commits = config.ROLES.includes('committer');
  const roll = createRollCall({
    databaseUrl: config.DATABASE_URL,
    durability: config.DURABILITY,
    present: () => started && commits && guard.usable(),
  });
  const committers = commits ? openCommitters(config, shared, roll) : null;
  const operations = operationsRoutes({
    registry,
    dependencies: () => ({ redis: guard.fault(), postgres: roll.fault() }),
    ready: () => started,
    stoppedShards: () => committers?.stoppedShards() ?? [],
  });
  return [
    httpService(operations, { host: config.HOST, port: config.WORKER_PORT }),
    redisService(redis, guard),
    roll,
    agreeOnShardsService(config, log),
    ...(committers ? [committers] : []),
    ...housekeeping(config, shared),
    {
      name: 'worker',
      async start() {
        started = true;
      },
      async stop() {
        started = false;
      },
    },
  ];
}

type Shared = { redis: Redis; guard: RedisGuard; metrics: WorkerMetrics; log: Logger };

function openCommitters(
  config: Readonly<WorkerConfig>,
  shared: Shared,
  roll: RollCall,
): Committers {
  return createCommitters(config.SHARDS, () => roll.processes(), {
    ...shared,
    databaseUrl: config.DATABASE_URL,
    durability: config.DURABILITY,
    openBlocking: () => openPatientRedis(config.REDIS_URL),
  });
}

function housekeeping(config: Readonly<WorkerConfig>, shared: Shared): Service[] {
  if (!config.ROLES.includes('housekeeping')) return [];
  return [
    createQueueWatch({ ...shared, shards: config.SHARDS }),
    createExpirySweeper({
      ...shared,
      databaseUrl: config.DATABASE_URL,
      shards: config.SHARDS,
    }),
  ];
}

function redisService(redis: Redis, guard: RedisGuard): Service {
  return {
    name: 'redis',
    // Nothing waits for Redis: a committer begins when it may.
    async start() {},
    async stop() {
      guard.stop();
      redis.disconnect();
    },
  };
}
