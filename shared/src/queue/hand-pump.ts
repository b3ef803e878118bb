import { type Job, type JobJson, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ChunkData } from '../contract/chunk.ts';
import { shardTag } from '../runtime/keys.ts';
import { QUEUE_NAME } from './chunk-queue.ts';

const DAY_MS = 86_400_000;

/**
 * Hands out a job whose data is not JSON as the text that it is, which is no chunk: were the error thrown, as BullMQ does,
 * the job would be fetched over and over and nothing behind it.
 */
class HandPump extends Worker<ChunkData> {
  protected override createJob(job: JobJson, id: string): Job<ChunkData> {
    try {
      return super.createJob(job, id);
    } catch {
      return super.createJob({ ...job, data: JSON.stringify(job.data) }, id);
    }
  }
}

/** BullMQ's Worker with everything off but the fetching of a job by hand. `redis` stays the caller's. */
export function openHandPump(redis: Redis, shard: number): Worker<ChunkData> {
  const worker = new HandPump(QUEUE_NAME, null, {
    connection: redis,
    prefix: shardTag(shard),
    autorun: false, // there is no main loop: chunks are fetched by hand
    skipStalledCheck: true, // it would move the chunks of a slow commit behind younger ones
    skipLockRenewal: true, // the lock in Postgres is the only lock
    lockDuration: DAY_MS, // so BullMQ's own must outlive any commit
    drainDelay: 1, // unused: the pump waits by itself
    skipVersionCheck: true, // the guard reads the server's configuration
  });
  worker.on('error', () => {});
  return worker;
}
