import { createOwner, type Owner } from '@razao/shared/queue/owner.ts';
import { type Clock, createClock } from '@razao/shared/runtime/clock.ts';
import { type CommittersWatch, watchCommitters } from '@razao/shared/runtime/committers-watch.ts';
import { createInstallation, type Installation } from '@razao/shared/runtime/installation.ts';
import { allShardKeys } from '@razao/shared/runtime/keys.ts';
import { lateServices } from '@razao/shared/runtime/late-services.ts';
import { httpService } from '@razao/shared/runtime/listen.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import {
  createRegistry,
  createWorkerMetrics,
  measureClockSkew,
  measurePostedAtAhead,
  type WorkerMetrics,
} from '@razao/shared/runtime/metrics.ts';
import { operationsRoutes } from '@razao/shared/runtime/operations.ts';
import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { guardRedis, type RedisGuard } from '@razao/shared/runtime/redis-guard.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import { zeroWorkerMetrics } from '@razao/shared/runtime/zero-metrics.ts';
import { ShardsMismatch } from '@razao/sql/shards.ts';
import type { Redis } from 'ioredis';
import { createLedgerTimes, type LedgerTimes } from './commit/ledger-times.ts';
import type { WorkerConfig } from './config.ts';
import { createExpirySweeper } from './expiry/expire-holds.ts';
import { createBondStore } from './installation/bond-store.ts';
import { type Committers, createCommitters } from './leadership/committer.ts';
import { createMembership, type Membership } from './leadership/membership.ts';
import { createQueueWatch } from './queue-metrics/watch-queues.ts';
import { createMemoryWindow } from './window/memory-window.ts';

/** The parts of a worker process, in the order in which they start. Connects to nothing before they do. */
export function createWorker(config: Readonly<WorkerConfig>, log: Logger): Service[] {
  const registry = createRegistry();
  const metrics = createWorkerMetrics(registry);
  zeroWorkerMetrics(metrics, config.SHARDS);
  const redis = openPatientRedis(config.REDIS_URL);
  const plainGuard = guardRedis(redis, config.DURABILITY, log);
  const installation = openInstallation(config, log, {
    redis,
    guard: plainGuard,
    store: createBondStore(config.DATABASE_URL, () => membership.bond()),
  });
  const { guard } = installation;
  const clock = createClock();
  measureClockSkew(registry, clock);
  const times = createLedgerTimes(clock);
  measurePostedAtAhead(registry, times.ahead);
  let started = false;
  const commits = config.ROLES.includes('committer');
  const membership: Membership = createMembership({
    databaseUrl: config.DATABASE_URL,
    durability: config.DURABILITY,
    clock,
    log,
    present: () =>
      started && commits && guard.usable() && fits() && work?.committers?.heldBack() === false,
  });
  const watch = watchCommitters(redis, installation, config.SHARDS);
  let work: Work | undefined;
  /** With one of them nothing can be done. */
  const faults = () => ({
    installation: installation.fault(),
    schema: membership.schemaFault(),
    clock: clock.fault(),
  });
  const fits = () => Object.values(faults()).every((fault) => fault === null);
  const operations = operationsRoutes({
    registry,
    dependencies: () => ({
      redis: plainGuard.fault(),
      postgres: membership.fault(),
      ...faults(),
      clock: clock.fault() ?? times.fault(),
    }),
    ready: () => started && fits(),
    committers: watch,
    stoppedShards: () => work?.committers?.stoppedShards() ?? [],
    waitingForNewer: () => work?.committers?.waitingForNewer() ?? [],
  });
  return [
    httpService(operations, { host: config.HOST, port: config.WORKER_PORT }),
    redisService(redis, { guard: plainGuard, watch }),
    membership,
    installation,
    // What they work on is only known now.
    lateServices('work', () => {
      work = openWork(
        config,
        { redis, guard, installation, clock, times, metrics, log },
        membership,
      );
      return work.services;
    }),
    {
      name: 'worker',
      async start() {
        started = true;
      },
      async stop() {
        started = false;
        // First of all: whatever happens from now on, the process did not die of it.
        await work?.owner.exit();
      },
    },
  ];
}

function openInstallation(
  config: Readonly<WorkerConfig>,
  log: Logger,
  stores: { redis: Redis; guard: RedisGuard; store: ReturnType<typeof createBondStore> },
): Installation {
  return createInstallation({
    ...stores,
    shards: config.SHARDS,
    agree: () => stores.store.agree(config.SHARDS),
    fatal: (error) => error instanceof ShardsMismatch,
    log,
  });
}

type Shared = {
  redis: Redis;
  guard: RedisGuard;
  installation: Installation;
  clock: Clock;
  times: LedgerTimes;
  metrics: WorkerMetrics;
  log: Logger;
};

/** What a worker does, once it knows the installation that it does it for. */
type Work = { owner: Owner; committers: Committers | null; services: Service[] };

function openWork(config: Readonly<WorkerConfig>, shared: Shared, membership: Membership): Work {
  const { redis, guard, installation } = shared;
  const owner = createOwner(redis, guard, installation.id());
  const window = createMemoryWindow({
    ...shared,
    installation: installation.id(),
    shards: allShardKeys(installation.id(), config.SHARDS),
    owner: owner.id,
    longestSeconds: config.IDEMPOTENCY_WINDOW,
  });
  const committers = config.ROLES.includes('committer')
    ? createCommitters(config.SHARDS, () => membership.processes(), {
        ...shared,
        guard: fitGuard(shared, membership),
        owner,
        retention: window.retention,
        databaseUrl: config.DATABASE_URL,
        durability: config.DURABILITY,
        openBlocking: () => openPatientRedis(config.REDIS_URL),
        readerLevel: config.RAZAO_READER_LEVEL,
      })
    : null;
  const speaking = { name: 'owner', start: async () => {}, stop: async () => owner.stop() };
  const services = [
    ...[speaking, window, ...(committers ? [committers] : [])],
    ...housekeeping(config, shared),
  ];
  return { owner, committers, services };
}

/**
 * Nothing is committed to a schema that lacks what this version writes, nor with a wrong clock: another process may be of a version
 * that fits, or on a machine whose clock is right.
 */
function fitGuard({ guard, clock }: Shared, { schemaFault }: Membership): RedisGuard {
  const fault = () => schemaFault() ?? clock.fault();
  return {
    usable: () => guard.usable() && fault() === null,
    fault: () => guard.fault() ?? fault(),
    stop: guard.stop,
  };
}

function housekeeping(config: Readonly<WorkerConfig>, shared: Shared): Service[] {
  if (!config.ROLES.includes('housekeeping')) return [];
  const installation = shared.installation.id();
  const shards = allShardKeys(installation, config.SHARDS);
  return [
    createQueueWatch({ ...shared, shards }),
    createExpirySweeper({
      ...shared,
      databaseUrl: config.DATABASE_URL,
      installation,
      shards,
      queueMax: { commands: config.QUEUE_COMMANDS_MAX, bytes: config.QUEUE_BYTES_MAX },
    }),
  ];
}

type OnRedis = { guard: RedisGuard; watch: CommittersWatch };

function redisService(redis: Redis, { guard, watch }: OnRedis): Service {
  return {
    name: 'redis',
    // Nothing waits for Redis: a committer begins when it may.
    async start() {},
    async stop() {
      watch.stop();
      guard.stop();
      redis.disconnect();
    },
  };
}
