import { REDIS_MEMORY_SHARE_MAX } from '@razao/shared/contract/limits.ts';
import type { ApiMetrics } from '@razao/shared/runtime/metrics.ts';
import type { Redis } from 'ioredis';

/** What comes in between two looks is let in; to look costs Redis some 50 microseconds. */
const PERIOD_MS = 100;

/** Knows whether Redis is nearer to its memory limit than is good: a full one cannot even hand out what it has. */
export type MemoryWatch = { full(): boolean; stop(): void };

/**
 * Looks at Redis all the time, at its limit too, which an operator may change while it runs. Without a limit it is never
 * full.
 */
export function createMemoryWatch(
  redis: Redis,
  metrics: Pick<ApiMetrics, 'redisBytes' | 'redisBytesMax'>,
): MemoryWatch {
  let full = false;
  async function look(): Promise<void> {
    if (redis.status !== 'ready') return;
    const info = await redis.info('memory');
    const used = bytesOf(info, 'used_memory');
    const limit = bytesOf(info, 'maxmemory');
    metrics.redisBytes.set(used);
    metrics.redisBytesMax.set(limit);
    full = limit > 0 && used > limit * REDIS_MEMORY_SHARE_MAX;
  }
  const timer = setInterval(() => void look().catch(() => {}), PERIOD_MS);
  return { full: () => full, stop: () => clearInterval(timer) };
}

function bytesOf(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
}
