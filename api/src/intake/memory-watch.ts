import { REDIS_MEMORY_SHARE_MAX } from '@razao/shared/contract/limits.ts';
import type { RedisGuard } from '@razao/shared/runtime/redis-guard.ts';
import type { Redis } from 'ioredis';

const PERIOD_MS = 500;

/** Knows whether Redis is nearer to its memory limit than is good: a full one cannot even hand out what it has. */
export type MemoryWatch = { full(): boolean; stop(): void };

/** Looks at Redis twice a second. Where the limit is unknown it is never full. */
export function createMemoryWatch(redis: Redis, guard: RedisGuard): MemoryWatch {
  let full = false;
  async function look(): Promise<void> {
    const limit = guard.maxmemory() * REDIS_MEMORY_SHARE_MAX;
    if (limit === 0 || redis.status !== 'ready') return;
    const used = /^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1];
    full = used !== undefined && Number(used) > limit;
  }
  const timer = setInterval(() => void look().catch(() => {}), PERIOD_MS);
  return { full: () => full, stop: () => clearInterval(timer) };
}
