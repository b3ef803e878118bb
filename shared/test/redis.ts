import type { Redis } from 'ioredis';

/** Empties a Redis, but leaves it to whom it belongs: processes that run on it go on. */
export async function emptyRedis(redis: Redis): Promise<void> {
  const keys = (await redis.keys('*')).filter((key) => !key.endsWith(':bond'));
  if (keys.length > 0) await redis.del(...keys);
}
