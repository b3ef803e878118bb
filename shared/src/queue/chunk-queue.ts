import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ChunkData } from '../contract/chunk.ts';
import { shardTag } from '../runtime/keys.ts';

export type ChunkQueue = Queue<ChunkData>;

/** The queue's name; with the shard's prefix its keys are `{razao:<shard>}:chunks:*`. */
export const QUEUE_NAME = 'chunks';

/**
 * The queue of a shard, for whoever adds to it or looks at it. `redis` stays the caller's and must be ready: a Queue built
 * before its connection is up hangs, or stays broken where there is no offline queue.
 */
export function openChunkQueue(redis: Redis, shard: number): ChunkQueue {
  const queue = new Queue<ChunkData>(QUEUE_NAME, {
    connection: redis,
    // The hash tag keeps all keys of a shard on one node of a Redis Cluster.
    prefix: shardTag(shard),
    // The version is read when the guard reads the configuration; here it would be one more command per connection.
    skipVersionCheck: true,
    // Nobody reads the stream of events.
    streams: { events: { maxLen: 0 } },
    defaultJobOptions: {
      // A chunk that is done is in Postgres: nothing of it needs to stay in Redis.
      removeOnComplete: true,
      // Nothing of ours fails a chunk; were one ever failed, it must stay visible.
      removeOnFail: false,
      // BullMQ's retries send a job to the back of the queue and are never used.
      attempts: 1,
    },
  });
  queue.on('error', () => {});
  return queue;
}

/** A new chunk's id. It is chosen before admission; BullMQ wants no `:` in it, and not digits only. */
export function newChunkId(): string {
  return `c-${randomUUID()}`;
}

/** Adds a chunk at the back. Adding the same id again while it is queued changes nothing. */
export async function addChunk(queue: ChunkQueue, chunkId: string, data: ChunkData): Promise<void> {
  await queue.add('chunk', data, { jobId: chunkId });
}
