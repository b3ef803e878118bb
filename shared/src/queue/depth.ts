import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ShardKeys } from '../runtime/keys.ts';
import { QUEUE_NAME } from './chunk-queue.ts';

/** Chunks in a shard's queue, by state, and how long the oldest has been there (ms; 0 when the queue is empty). */
export type Depth = { waiting: number; active: number; failed: number; oldestMs: number };

/** Chunks waiting and active: what admission is limited by. Two commands in one round trip. */
export async function countQueued(redis: Redis, queue: Queue): Promise<number> {
  const [waiting, active] = await Promise.all([
    redis.llen(queue.toKey('wait')),
    redis.llen(queue.toKey('active')),
  ]);
  return waiting + active;
}

/** How deep a queue is. The front of the list of active chunks is the oldest of all, else that of the waiting ones. */
export async function readDepth(redis: Redis, queue: Queue): Promise<Depth> {
  const [waiting, active, failed, oldestActive, oldestWaiting] = await Promise.all([
    redis.llen(queue.toKey('wait')),
    redis.llen(queue.toKey('active')),
    redis.zcard(queue.toKey('failed')),
    redis.lindex(queue.toKey('active'), -1),
    redis.lindex(queue.toKey('wait'), -1),
  ]);
  const oldest = oldestActive ?? oldestWaiting;
  const since = oldest === null ? null : await redis.hget(queue.toKey(oldest), 'timestamp');
  return {
    waiting,
    active,
    failed,
    oldestMs: since === null ? 0 : Math.max(0, Date.now() - Number(since)),
  };
}

/** The chunk whose turn is now: the first of those that are worked on, else of those that wait. Null in an empty queue. */
export async function oldestChunk(redis: Redis, { tag }: ShardKeys): Promise<string | null> {
  const queue = `${tag}:${QUEUE_NAME}`;
  const [active, waiting] = await Promise.all([
    redis.lindex(`${queue}:active`, -1),
    redis.lindex(`${queue}:wait`, -1),
  ]);
  return active ?? waiting;
}

/** Those of the chunks that are in the queue, in whatever state. */
export async function chunksPresent(
  redis: Redis,
  queue: Queue,
  chunkIds: readonly string[],
): Promise<Set<string>> {
  const ids = [...new Set(chunkIds)];
  const exist = await Promise.all(ids.map((id) => redis.exists(queue.toKey(id))));
  return new Set(ids.filter((_, i) => exist[i] === 1));
}
