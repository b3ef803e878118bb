import { QUEUE_NAME } from '@razao/shared/queue/chunk-queue.ts';
import { allShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Redis } from 'ioredis';

/** Throws where a shard's queue has a chunk, in whatever state: its place would be another shard's. */
export async function refuseUndrained(
  redis: Redis,
  installation: string,
  shards: number,
): Promise<void> {
  for (const { tag, shard } of allShardKeys(installation, shards)) {
    const queue = `${tag}:${QUEUE_NAME}`;
    const counts = await Promise.all([
      redis.llen(`${queue}:wait`),
      redis.llen(`${queue}:active`),
      redis.zcard(`${queue}:failed`),
    ]);
    if (counts.some((count) => count > 0))
      throw new Error(
        `the queue of shard ${shard} is not empty: start a worker, without an API, and wait until npm run queue shows nothing`,
      );
  }
}
