import { setTimeout as delay } from 'node:timers/promises';
import { MEMORY_LOOK_MS, MEMORY_SHARES } from '@razao/shared/contract/limits.ts';
import type { Clock } from '@razao/shared/runtime/clock.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import type { WorkerMetrics } from '@razao/shared/runtime/metrics.ts';
import type { RedisGuard } from '@razao/shared/runtime/redis-guard.ts';
import { readMemory } from '@razao/shared/runtime/redis-memory.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import { doubtRecords } from './doubt-records.ts';
import { type Retention, retentionAt } from './retention.ts';
import { type SweepDeps, sweep } from './sweep.ts';

const STOP_MS_MAX = 500;
/** What lives no longer than so many times what it should is left to expire. */
const WORTH_WHILE = 1.4;
/** Where all is to go, what was too young to go is looked for again. */
const SWEEP_AGAIN_MS = 5_000;

/** How long Redis is to know what is finished: as long as there is memory for it. */
export type MemoryWindow = Service & { retention(): Retention };

export type MemoryWindowDeps = Pick<SweepDeps, 'redis' | 'installation' | 'owner'> & {
  /** Where it says no, nothing is written, and the window stays as it is. */
  guard: Pick<RedisGuard, 'usable'>;
  clock: Pick<Clock, 'now'>;
  shards: readonly ShardKeys[];
  /** The window while there is memory, in seconds. */
  longestSeconds: number;
  metrics: Pick<WorkerMetrics, 'windowSeconds' | 'windowSecondsMax'>;
  log: Pick<Logger, 'info' | 'debug'>;
};

/**
 * Looks at Redis's memory all the time. What is published gets the window that the memory allows; where that has become much
 * shorter, what was published before is swept.
 */
export function createMemoryWindow(deps: MemoryWindowDeps): MemoryWindow {
  const { redis, guard, longestSeconds, metrics, log } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  let share = 0;
  let retention = retentionAt(share, longestSeconds);
  /** The most that may be there. Nobody knows what was written before. */
  let most: Retention = { ...retention, seconds: Number.POSITIVE_INFINITY };
  let sweptAt = Number.NEGATIVE_INFINITY;
  let running: Promise<unknown> | undefined;
  metrics.windowSecondsMax.set(longestSeconds);

  async function look(): Promise<void> {
    if (!guard.usable()) return;
    const { used, limit } = await readMemory(redis);
    share = limit > 0 ? used / limit : 0;
    const next = retentionAt(share, longestSeconds);
    if (!next.outcomes) await doubtRecords(redis, deps.shards);
    retention = next;
    metrics.windowSeconds.set(retention.outcomes ? retention.seconds : 0);
    most = greater(most, retention);
  }

  /** Whether there is so much more than should be that it is worth a sweep. */
  function isDue(): boolean {
    if (share < MEMORY_SHARES.shortens) return false;
    if (!retention.outcomes) return most.outcomes || performance.now() - sweptAt > SWEEP_AGAIN_MS;
    if (most.balances && !retention.balances) return true;
    return most.seconds > WORTH_WHILE * retention.seconds;
  }

  async function sweepIfDue(): Promise<void> {
    if (!guard.usable() || !isDue()) return;
    const before = most;
    // What is written meanwhile counts from here on.
    most = retention;
    const swept = await sweep({ ...deps, retention: () => retention, signal }).catch(() => null);
    sweptAt = performance.now();
    if (swept === null) most = greater(most, before);
    else log.info({ ...swept, share, ...retention }, 'swept what is finished');
  }

  async function repeat(turn: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      await turn().catch((error) => log.debug({ err: error }, 'Redis did not tell its memory'));
      await delay(MEMORY_LOOK_MS, undefined, { signal }).catch(() => {});
    }
  }

  return {
    name: 'window',
    retention: () => retention,
    async start() {
      running ??= Promise.all([repeat(look), repeat(sweepIfDue)]);
    },
    async stop() {
      stopping.abort();
      // A Redis that is down is not waited for: nothing here has to be finished.
      await Promise.race([running, delay(STOP_MS_MAX, undefined, { ref: false })]);
    },
  };
}

function greater(a: Retention, b: Retention): Retention {
  return {
    seconds: Math.max(a.seconds, b.seconds),
    balances: a.balances || b.balances,
    outcomes: a.outcomes || b.outcomes,
  };
}
