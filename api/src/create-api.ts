import { createRecordsRestorer } from '@razao/shared/queue/restore-records.ts';
import type { BondStore } from '@razao/shared/runtime/bond.ts';
import { createClock } from '@razao/shared/runtime/clock.ts';
import { watchCommitters } from '@razao/shared/runtime/committers-watch.ts';
import { createInstallation, type Installation } from '@razao/shared/runtime/installation.ts';
import { allShardKeys } from '@razao/shared/runtime/keys.ts';
import { httpService } from '@razao/shared/runtime/listen.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import {
  createApiMetrics,
  createRegistry,
  measureClockSkew,
} from '@razao/shared/runtime/metrics.ts';
import { openFailFastRedis } from '@razao/shared/runtime/redis.ts';
import { guardRedis } from '@razao/shared/runtime/redis-guard.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import { watchSilence } from '@razao/shared/runtime/watch-silence.ts';
import { zeroApiMetrics } from '@razao/shared/runtime/zero-metrics.ts';
import { readHeadsAndBond, readNewestPosted } from '@razao/sql/heads.ts';
import { noteRedis, readBond } from '@razao/sql/installation.ts';
import { needSchema } from '@razao/sql/schema.ts';
import { agreeOnShards, ShardsMismatch } from '@razao/sql/shards.ts';
import type { Hono } from 'hono';
import { createApp } from './app.ts';
import { createKeyRing } from './auth/key-ring.ts';
import type { ApiConfig } from './config.ts';
import { createDatabase, type Database } from './database.ts';
import type { Deps } from './deps.ts';
import type { ApiEnv } from './http/env.ts';
import type { QueueMax } from './intake/gate.ts';
import { createIntakes } from './intake/intakes.ts';
import { createMemoryWatch } from './intake/memory-watch.ts';
import { createRecall } from './intake/recall.ts';
import { createLedgerDirectory } from './ledgers/ledger-directory.ts';
import { createLookup } from './transactions/lookup.ts';
import { untilKnown } from './until-known.ts';
import { createWaiters, type Waiters } from './waiting/waiters.ts';

/** The parts of an API process, in the order in which they start. */
export function createApi(config: Readonly<ApiConfig>, log: Logger): Service[] {
  const { app, connections, installation, waiting } = assembleApi(config, log);
  const early = untilKnown(app, installation);
  const http = httpService(early, { host: config.HOST, port: config.PORT });
  // Waiting stops first: those who wait are answered with what is known, so that the server can finish.
  return [connections, http, installation, waiting];
}

type ApiParts = {
  app: Hono<ApiEnv>;
  connections: Service;
  installation: Installation;
  waiting: Service;
};

/** The API as a value with what it stands on; nothing listens. */
export function assembleApi(config: Readonly<ApiConfig>, log: Logger): ApiParts {
  const registry = createRegistry();
  const metrics = createApiMetrics(registry);
  zeroApiMetrics(metrics);
  const queueMax = queueMaxOf(config);
  metrics.queueCommandsMax.set(queueMax.commands);
  metrics.queueBytesMax.set(queueMax.bytes);
  const redis = openFailFastRedis(config.REDIS_URL);
  const subscriber = openFailFastRedis(config.REDIS_URL);
  const stopWatching = watchSilence(subscriber, log);
  const plainGuard = guardRedis(redis, config.DURABILITY, log);
  const allKeys = () => (installation.known() ? allShardKeys(installation.id(), shards) : []);
  const memory = createMemoryWatch(redis, allKeys, metrics);
  const clock = createClock();
  measureClockSkew(registry, clock);
  const { DATABASE_URL: databaseUrl, DURABILITY: durability, SHARDS: shards } = config;
  const database = createDatabase(databaseUrl, { durability, clock, log });
  const installation = createInstallation({
    redis,
    guard: plainGuard,
    store: bondStoreOf(database),
    shards: config.SHARDS,
    async agree() {
      await needSchema(database.settings);
      await agreeOnShards(database.settings, config.SHARDS);
    },
    fatal: (error) => error instanceof ShardsMismatch,
    log,
  });
  const committers = watchCommitters(redis, installation, config.SHARDS);
  const { guard, keys: keysOf } = installation;
  const restore = createRecordsRestorer(redis);
  const lookup = createLookup({ redis, guard, database, clock, keysOf, restore });
  const recall = createRecall(redis, lookup);
  const waiters = createWaiters({ subscriber, shards, keysOf, lookup, metrics, log });
  const intakes = createIntakes(keysOf, {
    ...{ redis, guard, memory, clock, restore, recall, metrics, queueMax },
  });
  /** With one of them nothing can be served. */
  const faults = () => ({
    installation: installation.fault(),
    schema: database.schemaFault(),
    clock: clock.fault(),
  });
  const deps: Deps = {
    keys: createKeyRing(config.RAZAO_DEV_KEY),
    database,
    ledgers: createLedgerDirectory(database, config.SHARDS),
    intake: intakes.of,
    lookup,
    waiters,
    registry,
    metrics,
    log,
    dependencies: () => ({ redis: plainGuard.fault(), postgres: database.fault(), ...faults() }),
    committers,
    apart: installation.apart,
    ready: () => Object.values(faults()).every((fault) => fault === null),
  };
  const connections: Service = {
    name: 'connections',
    async start() {},
    async stop() {
      memory.stop();
      committers.stop();
      guard.stop();
      stopWatching();
      await intakes.drain();
      await database.stop();
      redis.disconnect();
      subscriber.disconnect();
    },
  };
  return { app: createApp(deps), connections, installation, waiting: waitingService(waiters) };
}

/** The database as what Redis is compared with. */
function bondStoreOf(database: Database): BondStore {
  return {
    read: () => readBond(database.settings),
    last: database.bond,
    heads: (uids) => readHeadsAndBond(database.settings, uids),
    newest: () => readNewestPosted(database.settings),
    noteRedis: (id) => noteRedis(database.settings, id),
  };
}

function queueMaxOf(config: Readonly<ApiConfig>): QueueMax {
  return {
    commands: config.QUEUE_COMMANDS_MAX,
    bytes: config.QUEUE_BYTES_MAX,
    seconds: config.QUEUE_SECONDS_MAX,
  };
}

function waitingService(waiters: Waiters): Service {
  return {
    name: 'waiting',
    start: async () => waiters.open(),
    stop: async () => waiters.close(),
  };
}
