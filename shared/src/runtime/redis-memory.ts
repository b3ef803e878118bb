import type { Redis } from 'ioredis';

/** What Redis uses, and what it may (0: no limit). */
export type RedisMemory = { used: number; limit: number };

/** Asks Redis for its memory, and for its limit too, which an operator may change while it runs. */
export async function readMemory(redis: Redis): Promise<RedisMemory> {
  const info = await redis.info('memory');
  return { used: bytesOf(info, 'used_memory'), limit: bytesOf(info, 'maxmemory') };
}

function bytesOf(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
}
