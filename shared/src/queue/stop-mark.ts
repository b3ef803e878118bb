import type { Redis } from 'ioredis';
import { stoppedKey } from '../runtime/keys.ts';

/** Marks a shard as stopped: no committer goes on, whichever process it is in, until a person has taken the mark away. */
export async function markStopped(redis: Redis, shard: number): Promise<void> {
  await redis.set(stoppedKey(shard), new Date().toISOString());
}

/** Since when a shard is stopped; null where it is not. */
export function stoppedSince(redis: Redis, shard: number): Promise<string | null> {
  return redis.get(stoppedKey(shard));
}

/** Lets a shard that is stopped go on; false where it was not. */
export async function resumeShard(redis: Redis, shard: number): Promise<boolean> {
  return (await redis.del(stoppedKey(shard))) === 1;
}
