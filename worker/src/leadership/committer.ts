import { setTimeout as delay } from 'node:timers/promises';
import {
  LOCK_POLL_MS,
  LOCK_POLL_SATED_MS,
  REDIS_LOST_MS_MAX,
} from '@razao/shared/contract/limits.ts';
import type { Owner } from '@razao/shared/queue/owner.ts';
import type { Durability } from '@razao/shared/runtime/env-schema.ts';
import type { Installation } from '@razao/shared/runtime/installation.ts';
import { allShardKeys, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import type { WorkerMetrics } from '@razao/shared/runtime/metrics.ts';
import type { RedisGuard } from '@razao/shared/runtime/redis-guard.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import type { Redis } from 'ioredis';
import { createGate, type Gate } from '../commit/gate.ts';
import type { LedgerTimes } from '../commit/ledger-times.ts';
import { type AgeCheck, createAgeCheck } from '../installation/refuse-older-database.ts';
import type { Retention } from '../window/retention.ts';
import { type Assignment, createAssignment } from './assignment.ts';
import { LeadershipTerm } from './leadership-term.ts';
import type { LockSession } from './lock-session.ts';
import { cutOff, takeLock } from './take-lock.ts';
import { createNewerWait } from './wait-for-newer.ts';

const RECONNECT_MS = 250;
const STOP_MS_MAX = 6_000;
const LOOK_MS = 500;
const HAND_OVER_LOOKS = 3;

export type CommitterDeps = {
  keys: ShardKeys;
  databaseUrl: string;
  durability: Durability;
  /** Shared by the shards of a process. */
  redis: Redis;
  guard: RedisGuard;
  installation: Pick<Installation, 'bond'>;
  /** Looked at within each commit. */
  times: LedgerTimes;
  /** Who this process is. */
  owner: Owner;
  /** Passed by the commits of all shards of the process. */
  gate: Gate;
  isTooOld: AgeCheck;
  /** What of a commit Redis is told now. */
  retention: () => Retention;
  /** Opens a connection for waiting on the queue. */
  openBlocking: () => Redis;
  metrics: WorkerMetrics;
  log: Logger;
  /** The level of the chunks that are understood, where a test says less than this code's own. */
  readerLevel: number | undefined;
};

/**
 * One shard's committer. States: standby (asks for the shard's lock until it has it) and holding (a `LeadershipTerm` works until the
 * lock is lost or handed over, or the process stops), in turns. Without Redis it asks for nothing, and lets go of what it has
 * after a while: another process may be better off.
 */
function createCommitter(deps: CommitterDeps, share: Assignment) {
  const stopping = new AbortController();
  const { shard } = deps.keys;
  const newer = createNewerWait(deps);
  let running: Promise<void> | undefined;
  let term: LeadershipTerm | undefined;

  async function run(): Promise<void> {
    let logged = '';
    while (!stopping.signal.aborted) {
      try {
        await newer.over(stopping.signal);
        const session = await takeLock(deps, stopping.signal, pace);
        if (session) await hold(session);
        else await pause(LOCK_POLL_MS);
        logged = '';
      } catch (error) {
        if (newer.met(error)) continue;
        const text = (error as Error).message;
        if (text !== logged)
          deps.log.error({ err: error, shard }, 'no session for the lock; trying again');
        logged = text;
        await pause(RECONNECT_MS);
      }
    }
  }

  async function pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: stopping.signal }).catch(() => {});
  }

  function pace(): number | null {
    if (!deps.guard.usable()) return null;
    return share.wanting() && !newer.heldBack() ? LOCK_POLL_MS : LOCK_POLL_SATED_MS;
  }

  async function hold(session: LockSession): Promise<void> {
    const labels = { shard: String(shard) };
    deps.metrics.active.set(labels, 1);
    deps.log.info(labels, 'holds the lock');
    share.take(shard);
    deps.owner.hold(shard);
    session.onLost(() => deps.owner.release(shard));
    const handOver = new AbortController();
    const ended = AbortSignal.any([stopping.signal, handOver.signal]);
    const mine = new LeadershipTerm(deps, session, ended);
    term = mine;
    const looking = setInterval(look, LOOK_MS);
    const unhook = cutOff(session, stopping.signal);
    let surplus = 0;
    let usableAt = performance.now();
    function look(): void {
      // For a while: a process that has just come may be gone again.
      surplus = share.surplus(shard) && !mine.standsStill ? surplus + 1 : 0;
      if (surplus > HAND_OVER_LOOKS) handOver.abort();
      if (deps.guard.usable()) usableAt = performance.now();
      else if (performance.now() - usableAt > REDIS_LOST_MS_MAX) session.destroy();
    }
    try {
      await mine.run();
    } finally {
      term = undefined;
      clearInterval(looking);
      share.giveUp(shard);
      unhook();
      session.destroy();
      deps.metrics.active.set(labels, 0);
      deps.log.info(labels, 'gave up the lock');
    }
    // Else it would be back before the one it was handed over to has asked.
    if (handOver.signal.aborted) await pause(LOCK_POLL_SATED_MS);
  }

  return {
    standsStill: () => term?.standsStill === true,
    newer,
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

export type Committers = Service & {
  /** The shards that this process holds still until a person has looked. */
  stoppedShards(): number[];
  /** The shards whose next chunk only a newer version of this process understands. */
  waitingForNewer(): number[];
  /** Such a chunk was met lately. */
  heldBack(): boolean;
};

/** The committers of all shards, shared out among `processes`. They stop together; where Redis or Postgres keeps one waiting, it is left behind. */
export function createCommitters(
  shards: number,
  processes: () => number,
  deps: Omit<CommitterDeps, 'keys' | 'installation' | 'gate' | 'isTooOld'> & {
    installation: Installation;
  },
): Committers {
  const share = createAssignment(shards, processes);
  const gate = createGate();
  const keys = allShardKeys(deps.installation.id(), shards);
  const isTooOld = createAgeCheck({ ...deps, shards: keys });
  const committers = keys.map((mine) =>
    createCommitter({ ...deps, keys: mine, gate, isTooOld }, share),
  );
  return {
    name: 'committers',
    stoppedShards: () =>
      committers.flatMap((committer, shard) => (committer.standsStill() ? [shard] : [])),
    waitingForNewer: () =>
      committers.flatMap(({ newer }, shard) => (newer.waiting() ? [shard] : [])),
    heldBack: () => committers.some(({ newer }) => newer.heldBack()),
    async start() {
      for (const committer of committers) committer.start();
    },
    async stop() {
      const stopped = Promise.all(committers.map((committer) => committer.stop()));
      await Promise.race([stopped, delay(STOP_MS_MAX, undefined, { ref: false })]);
    },
  };
}
