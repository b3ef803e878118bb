import { readQueueMemory } from '@razao/shared/queue/backlog/queue-memory.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { ApiMetrics } from '@razao/shared/runtime/metrics.ts';
import { createServerTime, type Reading } from '@razao/shared/runtime/server-time.ts';
import type { Redis } from 'ioredis';

/** What comes in between two looks is let in; to look costs Redis some 50 microseconds. */
const PERIOD_MS = 100;

/** Knows whether what waits takes more of Redis's memory than is good: a full one cannot even hand out what it has. */
export type MemoryWatch = {
  /** Why nothing more may be taken in, and how many bytes of what waits are too much; null where more may. */
  refusal(): { fault: string; excess: number } | null;
  /** Redis's time, which is asked for only where it is not known yet. Throws where Redis does not answer then. */
  time(): Promise<Reading>;
  stop(): void;
};

/** Looks at Redis all the time. Without a limit it is never full. */
export function createMemoryWatch(
  redis: Redis,
  shards: () => readonly ShardKeys[],
  metrics: Pick<ApiMetrics, 'redisBytes' | 'redisBytesMax'>,
): MemoryWatch {
  const time = createServerTime();
  let refusal: { fault: string; excess: number } | null = null;
  async function look(): Promise<void> {
    if (redis.status !== 'ready') return;
    // The time first, so that it waits for nothing.
    const [, memory] = await Promise.all([askTime(), readQueueMemory(redis, shards())]);
    metrics.redisBytes.set(memory.used);
    metrics.redisBytesMax.set(memory.limit);
    const { fault, excess } = memory;
    refusal = fault === null ? null : { fault, excess };
  }
  async function askTime(): Promise<Reading> {
    await time.ask(
      () => redis.time(),
      ([seconds, micros]) => Number(seconds) * 1_000 + Number(micros) / 1_000,
    );
    const reading = time.read();
    if (!reading) throw new Error('the time of Redis is not known');
    return reading;
  }
  redis.on('close', time.forget);
  const timer = setInterval(() => void look().catch(() => {}), PERIOD_MS);
  return {
    refusal: () => refusal,
    time: async () => time.read() ?? (await askTime()),
    stop() {
      clearInterval(timer);
      redis.off('close', time.forget);
    },
  };
}
