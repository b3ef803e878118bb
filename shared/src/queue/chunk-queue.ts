import { randomUUID } from 'node:crypto';
import { createIORedisClient, type IRedisTransaction, Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ChunkData } from '../contract/chunk.ts';
import type { ShardKeys } from '../runtime/keys.ts';

export type ChunkQueue = Queue<ChunkData>;

const JOB_NAME = 'chunk';
const JOB_OPTIONS = {
  // A chunk that is done is in Postgres: nothing of it needs to stay in Redis.
  removeOnComplete: true,
  // Nothing of ours fails a chunk; were one ever failed, it must stay visible.
  removeOnFail: false,
  // BullMQ's retries send a job to the back of the queue and are never used.
  attempts: 1,
};

/** The queue's name; with the shard's prefix its keys are `{razao:<installation>:<shard>}:chunks:*`. */
export const QUEUE_NAME = 'chunks';

/**
 * The queue of a shard, for whoever adds to it or looks at it. `redis` stays the caller's and must be ready: a Queue built
 * before its connection is up hangs, or stays broken where there is no offline queue.
 */
export function openChunkQueue(redis: Redis, { tag }: ShardKeys): ChunkQueue {
  const queue = new Queue<ChunkData>(QUEUE_NAME, {
    connection: redis,
    // The hash tag keeps all keys of a shard on one node of a Redis Cluster.
    prefix: tag,
    // The version is read when the guard reads the configuration; here it would be one more command per connection.
    skipVersionCheck: true,
    // Nobody reads the stream of events.
    streams: { events: { maxLen: 0 } },
    defaultJobOptions: JOB_OPTIONS,
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
  await queue.add(JOB_NAME, data, { jobId: chunkId });
}

/**
 * Stops the transaction's chunk from being added where its records were not stored: BullMQ adds no job whose key exists. They
 * are stored all or none, so one tells. Nobody uses the chunk's id again; the key goes by itself.
 * KEYS: a record, the chunk's job; ARGV: the record's line.
 */
const BLOCK = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
redis.call('HSET', KEYS[2], 'blocked', 1)
redis.call('PEXPIRE', KEYS[2], 10000)
return 0
`;

/** One id's record as a chunk would have it: a line that names the chunk. */
export type Claim = { key: string; line: string };

/**
 * Stores a chunk's records, one at least, and adds the chunk at the back, in one transaction, which Redis writes to its file
 * once: where none of the records exists. Where one does (`added` is false) nothing is stored, and the chunk's id is used up.
 * `depth` is how many chunks were queued before.
 */
export async function addWithRecords(
  redis: Redis,
  queue: ChunkQueue,
  claims: readonly Claim[],
  chunkId: string,
  data: ChunkData,
): Promise<{ added: boolean; depth: number }> {
  // BullMQ has defined its scripts on the connection by then.
  await queue.waitUntilReady();
  const [first] = claims;
  if (!first) throw new Error('a chunk without a command is not added');
  const transaction = createIORedisClient(redis).multi();
  transaction.llen(queue.toKey('wait'));
  transaction.llen(queue.toKey('active'));
  transaction.msetnx(claims.flatMap((claim) => [claim.key, claim.line]));
  // By its text: one that Redis did not know by its digest would block nothing.
  transaction.eval(BLOCK, 2, first.key, queue.toKey(chunkId), first.line);
  const job = new Job(queue, JOB_NAME, data, { ...JOB_OPTIONS, jobId: chunkId }, chunkId);
  // One of ioredis' that BullMQ's client has made one of its own, which its type does not say.
  await job.addJob(transaction as unknown as IRedisTransaction);
  const [waiting, active, stored, free, added] = (await transaction.exec()) ?? [];
  for (const result of [waiting, active, stored, free]) if (result?.[0]) throw result[0];
  const admitted = free?.[1] === 1;
  // BullMQ's script is sent by its digest: after SCRIPT FLUSH only a call by itself sends the text.
  if (admitted && added?.[0]) await addChunk(queue, chunkId, data);
  return { added: admitted, depth: Number(waiting?.[1]) + Number(active?.[1]) };
}
