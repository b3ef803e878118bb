import type { Redis } from 'ioredis';
import { type ShardKeys, stoppedKey } from '../runtime/keys.ts';

/** Marks a shard as stopped: no committer goes on, whichever process it is in, until a person has taken the mark away. */
export async function markStopped(redis: Redis, keys: ShardKeys): Promise<void> {
  await redis.set(stoppedKey(keys), new Date().toISOString());
}

/** Since when a shard is stopped; null where it is not. */
export function stoppedSince(redis: Redis, keys: ShardKeys): Promise<string | null> {
  return redis.get(stoppedKey(keys));
}

/** Lets a shard that is stopped go on; false where it was not. */
export async function resumeShard(redis: Redis, keys: ShardKeys): Promise<boolean> {
  return (await redis.del(stoppedKey(keys))) === 1;
}
