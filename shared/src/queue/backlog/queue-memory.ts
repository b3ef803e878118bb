import type { Redis } from 'ioredis';
import { REDIS_MEMORY_SHARE_MAX, REDIS_USED_SHARE_MAX } from '../../contract/limits.ts';
import { backlogKey, type ShardKeys } from '../../runtime/keys.ts';
import { type RedisMemory, readMemory } from '../../runtime/redis-memory.ts';

export type QueueMemory = RedisMemory & {
  /** Bytes of what waits, in all shards, beyond the part of the memory that it may take; 0 or less: there is room. */
  excess: number;
  /** Why nothing more may wait; null where more may. */
  fault: string | null;
};

/**
 * Looks how much of Redis's memory is taken by what waits. What is finished does not count: it gives way, long before the memory
 * is so full that nothing can be taken in.
 */
export async function readQueueMemory(
  redis: Redis,
  shards: readonly ShardKeys[],
): Promise<QueueMemory> {
  const [memory, ...waiting] = await Promise.all([
    readMemory(redis),
    ...shards.map((keys) => redis.hget(backlogKey(keys), 'bytes')),
  ]);
  const { used, limit } = memory;
  const bytes = waiting.reduce((sum, text) => sum + Number(text ?? 0), 0);
  const excess = limit > 0 ? bytes - limit * REDIS_MEMORY_SHARE_MAX : Number.NEGATIVE_INFINITY;
  return { ...memory, excess, fault: faultOf(excess, limit > 0 ? used / limit : 0) };
}

function faultOf(excess: number, share: number): string | null {
  if (excess > 0) return 'what waits takes as much of the memory of Redis as may';
  return share > REDIS_USED_SHARE_MAX ? 'the memory of Redis is nearly full' : null;
}
