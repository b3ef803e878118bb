import type { ApiMetrics } from '@razao/shared/runtime/metrics.ts';
import { readMemory } from '@razao/shared/runtime/redis-memory.ts';
import type { Redis } from 'ioredis';

/** What comes in between two looks is let in; to look costs Redis some 50 microseconds. */
const PERIOD_MS = 100;

/** Knows whether Redis is nearer to its memory limit than is good: a full one cannot even hand out what it has. */
export type MemoryWatch = { full(): boolean; stop(): void };

/** Looks at Redis all the time. Without a limit it is never full. */
export function createMemoryWatch(
  redis: Redis,
  metrics: Pick<ApiMetrics, 'redisBytes' | 'redisBytesMax'>,
): MemoryWatch {
  let full = false;
  async function look(): Promise<void> {
    if (redis.status !== 'ready') return;
    const memory = await readMemory(redis);
    metrics.redisBytes.set(memory.used);
    metrics.redisBytesMax.set(memory.limit);
    full = memory.full;
  }
  const timer = setInterval(() => void look().catch(() => {}), PERIOD_MS);
  return { full: () => full, stop: () => clearInterval(timer) };
}
