import { setTimeout as delay } from 'node:timers/promises';
import type { Durability } from '@razao/shared/runtime/env-schema.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import type { WorkerMetrics } from '@razao/shared/runtime/metrics.ts';
import type { RedisGuard } from '@razao/shared/runtime/redis-guard.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import type { Redis } from 'ioredis';
import { LockSession } from './commit/lock-session.ts';
import { Tenure } from './tenure.ts';

const RECONNECT_MS = 250;
const STOP_MS_MAX = 6_000;

export type CommitterDeps = {
  shard: number;
  databaseUrl: string;
  durability: Durability;
  /** Shared by the shards of a process. */
  redis: Redis;
  guard: RedisGuard;
  /** Opens a connection for waiting on the queue. */
  openBlocking: () => Redis;
  metrics: WorkerMetrics;
  log: Logger;
};

/**
 * One shard's committer. States: standby (asks for the shard's lock until it has it) and holding (a `Tenure` works until the
 * lock is lost or the process stops), in turns.
 */
function createCommitter(deps: CommitterDeps) {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    let logged = '';
    while (!stopping.signal.aborted) {
      try {
        const session = await LockSession.acquire(deps, stopping.signal);
        if (session) await hold(session);
        logged = '';
      } catch (error) {
        const text = (error as Error).message;
        if (text !== logged)
          deps.log.error(
            { err: error, shard: deps.shard },
            'no session for the lock; trying again',
          );
        logged = text;
        await delay(RECONNECT_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  async function hold(session: LockSession): Promise<void> {
    const labels = { shard: String(deps.shard) };
    deps.metrics.active.set(labels, 1);
    deps.log.info(labels, 'holds the lock');
    try {
      await new Tenure(deps, session, stopping.signal).run();
    } finally {
      session.destroy();
      deps.metrics.active.set(labels, 0);
      deps.log.info(labels, 'gave up the lock');
    }
  }

  return {
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** The committers of all shards. They stop together; where Redis or Postgres keeps one waiting, it is left behind. */
export function createCommitters(shards: number, deps: Omit<CommitterDeps, 'shard'>): Service {
  const committers = Array.from({ length: shards }, (_, shard) =>
    createCommitter({ ...deps, shard }),
  );
  return {
    name: 'committers',
    async start() {
      for (const committer of committers) committer.start();
    },
    async stop() {
      const stopped = Promise.all(committers.map((committer) => committer.stop()));
      await Promise.race([stopped, delay(STOP_MS_MAX, undefined, { ref: false })]);
    },
  };
}
