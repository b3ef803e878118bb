import { setTimeout as delay } from 'node:timers/promises';
import {
  EXPIRIES_REMEMBERED_MAX,
  EXPIRY_RESEND_MS,
  REDIS_COMMAND_MS_MAX,
} from '@razao/shared/contract/limits.ts';
import type { Amount } from '@razao/shared/queue/backlog/count-commands.ts';
import { readQueueMemory } from '@razao/shared/queue/backlog/queue-memory.ts';
import type { Clock } from '@razao/shared/runtime/clock.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { WorkerMetrics } from '@razao/shared/runtime/metrics.ts';
import type { RedisGuard } from '@razao/shared/runtime/redis-guard.ts';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import type { Redis } from 'ioredis';
import { type ExpiryQueue, openExpiryQueue } from './expiry-queue.ts';
import type { ExpiredHold } from './hold-session.ts';
import { createSentLately } from './sent-lately.ts';

/** Nothing at all can be sent now: it is of no use to go on. */
export class CannotSend extends Error {}

export type ExpirySenderDeps = {
  redis: Redis;
  guard: RedisGuard;
  shards: readonly ShardKeys[];
  /** What may wait in a shard. */
  queueMax: Amount;
  /** What the ends are accepted by. */
  clock: Pick<Clock, 'now'>;
  metrics: Pick<WorkerMetrics, 'expiriesSent'>;
  /** A monotonic clock. */
  now?: () => number;
};

/** Puts the ends of holds into the queues of their ledgers' shards, behind what was accepted before. */
export type ExpirySender = {
  /** It was not sent lately. */
  isDue(hold: ExpiredHold): boolean;
  /**
   * Sends what it can; says why it could not send all of it, null when it could, or could but for others that wait still.
   * Throws `CannotSend`.
   */
  send(holds: readonly ExpiredHold[]): Promise<string | null>;
  close(): Promise<void>;
};

export function createExpirySender({
  redis,
  guard,
  shards,
  queueMax,
  clock,
  metrics,
  now = () => performance.now(),
}: ExpirySenderDeps): ExpirySender {
  const queues = new Map<ShardKeys, ExpiryQueue>();
  const sent = createSentLately(EXPIRY_RESEND_MS, EXPIRIES_REMEMBERED_MAX, now);

  function queueOf(keys: ShardKeys): ExpiryQueue {
    const queue = queues.get(keys) ?? openExpiryQueue(redis, keys, { queueMax, clock, now });
    queues.set(keys, queue);
    return queue;
  }

  async function sendToShard(
    keys: ShardKeys,
    holds: readonly ExpiredHold[],
  ): Promise<string | null> {
    const queue = queueOf(keys);
    const refusal = await queue.refusal();
    if (refusal) return refusal;
    await queue.add(holds, (part) => {
      for (const hold of part) sent.add(keyOf(hold));
      metrics.expiriesSent.inc({ shard: String(keys.shard) }, part.length);
    });
    return null;
  }

  async function sendAll(holds: readonly ExpiredHold[]): Promise<string | null> {
    const { fault } = await readQueueMemory(redis, shards);
    if (fault !== null) throw new CannotSend(fault);
    const byShard = Map.groupBy(holds, ({ ledger }) => shards[shardOf(ledger, shards.length)]);
    const refusals: string[] = [];
    for (const [keys, part] of byShard) {
      if (!keys) continue;
      const refusal = await sendToShard(keys, part);
      if (refusal) refusals.push(refusal);
    }
    return refusals[0] ?? null;
  }

  return {
    isDue: (hold) => !sent.has(keyOf(hold)),
    async send(holds) {
      if (holds.length === 0) return null;
      if (!guard.usable()) throw new CannotSend('Redis cannot be used');
      try {
        return await within(REDIS_COMMAND_MS_MAX, sendAll(holds));
      } catch (cause) {
        if (cause instanceof CannotSend) throw cause;
        throw new CannotSend('Redis fails', { cause });
      }
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

function keyOf({ ledger_uid, id }: ExpiredHold): string {
  return `${ledger_uid}/${id}`;
}

/** The committer's connection waits for Redis as long as it takes; the sweeper looks again instead. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const answered = new AbortController();
  const late = delay(ms, undefined, { signal: answered.signal, ref: false }).then(() => {
    throw new Error(`no answer within ${ms} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    answered.abort();
  }
}
