import type { Redis } from 'ioredis';
import { orphaningsKey, type ShardKeys } from '../runtime/keys.ts';

/**
 * How often a committer died with a chunk in hand, by chunk: a chunk that keeps killing processes is found by it. Counted
 * in Redis when a successor takes over; forgotten when the chunk is done.
 */
export type Orphanings = {
  count(chunkIds: readonly string[]): Promise<void>;
  of(chunkId: string): number;
  forget(chunkIds: readonly string[]): Promise<void>;
};

/** Reads nothing until `count` is called, which a new owner of the shard does first. */
export function createOrphanings(redis: Redis, keys: ShardKeys): Orphanings {
  const key = orphaningsKey(keys);
  let known = new Map<string, number>();
  return {
    async count(chunkIds) {
      const counting = redis.multi();
      for (const id of chunkIds) counting.hincrby(key, id, 1);
      if (chunkIds.length > 0) await counting.exec();
      const counts: Record<string, string> = await redis.hgetall(key);
      known = new Map(Object.entries(counts).map(([id, times]) => [id, Number(times)]));
    },
    of: (chunkId) => known.get(chunkId) ?? 0,
    async forget(chunkIds) {
      const counted = chunkIds.filter((id) => known.delete(id));
      if (counted.length > 0) await redis.hdel(key, ...counted);
    },
  };
}
