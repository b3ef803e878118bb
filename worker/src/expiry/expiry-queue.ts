import { toChunk } from '@razao/shared/contract/chunk.ts';
import {
  CHUNK_COMMANDS_MAX,
  EXPIRIES_WAITING_MAX,
  EXPIRY_COMMANDS_AHEAD_MAX,
  EXPIRY_RESEND_MS,
  EXPIRY_SWEEP_MS,
} from '@razao/shared/contract/limits.ts';
import { instantText } from '@razao/shared/contract/time.ts';
import { readBacklog } from '@razao/shared/queue/backlog/backlog.ts';
import type { Amount } from '@razao/shared/queue/backlog/count-commands.ts';
import { addChunk, newChunkId, openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { chunksPresent } from '@razao/shared/queue/depth.ts';
import type { Clock } from '@razao/shared/runtime/clock.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Redis } from 'ioredis';
import { expiryCommand } from './expiry-command.ts';
import type { ExpiredHold } from './hold-session.ts';

/** One shard's queue, as the sweeper fills it: never so far that clients or Redis suffer from it. */
export type ExpiryQueue = {
  /** Why nothing may be added now; null when it may. */
  refusal(): Promise<string | null>;
  /** Adds the ends of the first of these holds, in their order, as far as few enough wait; says of each chunk what it held once it is queued. */
  add(
    holds: readonly ExpiredHold[],
    queued: (holds: readonly ExpiredHold[]) => void,
  ): Promise<void>;
  close(): Promise<void>;
};

/** `redis` must be ready; `now` is a monotonic clock. */
export function openExpiryQueue(
  redis: Redis,
  keys: ShardKeys,
  { queueMax, clock, now }: { queueMax: Amount; clock: Pick<Clock, 'now'>; now: () => number },
): ExpiryQueue {
  const queue = openChunkQueue(redis, keys);
  const { shard } = keys;
  let unfinished: { id: string; at: number; holds: number }[] = [];
  let ahead = 0;

  /** Chunks of ours are in the queue for so long that their holds would be sent again: once is enough. */
  async function stands(): Promise<boolean> {
    const since = now() - EXPIRY_RESEND_MS;
    const old = unfinished.filter(({ at }) => at <= since).map(({ id }) => id);
    if (old.length === 0) return false;
    const present = await chunksPresent(redis, queue, old);
    unfinished = unfinished.filter(({ id, at }) => at > since || present.has(id));
    return present.size > 0;
  }

  /**
   * How many more may wait: so few that no client is long behind them, and the committer is never without. Where others wait
   * already, of whatever process, it is a sweep's worth now and then.
   */
  async function room(): Promise<number> {
    const [last] = unfinished.slice(-1);
    const lately = last !== undefined && now() - last.at < EXPIRY_SWEEP_MS;
    if (lately && ahead >= EXPIRY_COMMANDS_AHEAD_MAX) return 0;
    const waiting = () => unfinished.reduce((sum, { holds }) => sum + holds, 0);
    if (waiting() + CHUNK_COMMANDS_MAX > EXPIRIES_WAITING_MAX) {
      const ids = unfinished.map(({ id }) => id);
      const present = await chunksPresent(redis, queue, ids);
      unfinished = unfinished.filter(({ id }) => present.has(id));
    }
    return Math.max(0, EXPIRIES_WAITING_MAX - waiting());
  }

  return {
    async refusal() {
      const { total } = await readBacklog(redis, keys);
      ahead = total.commands;
      if (total.commands >= queueMax.commands || total.bytes >= queueMax.bytes)
        return `the queue of shard ${shard} is full`;
      return (await stands()) ? `the queue of shard ${shard} does not move` : null;
    },
    async add(holds, queued) {
      const next = holds.slice(0, await room());
      for (let i = 0; i < next.length; i += CHUNK_COMMANDS_MAX) {
        const part = next.slice(i, i + CHUNK_COMMANDS_MAX);
        const acceptedAt = instantText(Math.floor(clock.now()));
        const id = newChunkId();
        // Before it is added: when no answer comes it may be in the queue all the same.
        unfinished.push({ id, at: now(), holds: part.length });
        const ends = part.map((hold) => expiryCommand(hold, acceptedAt));
        await addChunk(queue, id, toChunk(ends));
        queued(part);
      }
    },
    close: () => queue.close(),
  };
}
