import type { Redis } from 'ioredis';
import { REDIS_MEMORY_SHARE_MAX } from '../../contract/limits.ts';
import { backlogKey, type ShardKeys } from '../../runtime/keys.ts';
import { type RedisMemory, readMemory } from '../../runtime/redis-memory.ts';

/** `excess`: bytes of what waits, in all shards, beyond the part of the memory that it may take; 0 or less: there is room. */
export type QueueMemory = RedisMemory & { excess: number };

/** Looks how much of Redis's memory is taken by what waits. What is finished does not count: it gives way. */
export async function readQueueMemory(
  redis: Redis,
  shards: readonly ShardKeys[],
): Promise<QueueMemory> {
  const [memory, ...waiting] = await Promise.all([
    readMemory(redis),
    ...shards.map((keys) => redis.hget(backlogKey(keys), 'bytes')),
  ]);
  const bytes = waiting.reduce((sum, text) => sum + Number(text ?? 0), 0);
  const max = memory.limit > 0 ? memory.limit * REDIS_MEMORY_SHARE_MAX : Number.POSITIVE_INFINITY;
  return { ...memory, excess: bytes - max };
}
