import type { Redis } from 'ioredis';

/** Empties a Redis, but leaves it to whom it belongs, and what it has seen posted: processes that run on it go on. */
export async function emptyRedis(redis: Redis): Promise<void> {
  const keys = (await redis.keys('*')).filter((key) => !/:(bond|heads)$/.test(key));
  if (keys.length > 0) await redis.del(...keys);
}
