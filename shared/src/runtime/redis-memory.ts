import type { Redis } from 'ioredis';
import { REDIS_MEMORY_SHARE_MAX } from '../contract/limits.ts';

/** What Redis uses, what it may (0: no limit), and whether the one is nearer to the other than is good. */
export type RedisMemory = { used: number; limit: number; full: boolean };

/** Asks Redis for its memory, and for its limit too, which an operator may change while it runs. */
export async function readMemory(redis: Redis): Promise<RedisMemory> {
  const info = await redis.info('memory');
  const used = bytesOf(info, 'used_memory');
  const limit = bytesOf(info, 'maxmemory');
  return { used, limit, full: limit > 0 && used > limit * REDIS_MEMORY_SHARE_MAX };
}

function bytesOf(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
}
