import type { Command } from '@razao/shared/contract/command.ts';
import { QUEUE_BYTES_MAX, QUEUE_COMMANDS_MAX } from '@razao/shared/contract/limits.ts';
import { type ChunkQueue, openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { createRecordsRestorer } from '@razao/shared/queue/restore-records.ts';
import { type Clock, createClock } from '@razao/shared/runtime/clock.ts';
import { shardKeys } from '@razao/shared/runtime/keys.ts';
import { createLog } from '@razao/shared/runtime/log.ts';
import { createApiMetrics } from '@razao/shared/runtime/metrics.ts';
import { openFailFastRedis } from '@razao/shared/runtime/redis.ts';
import { guardRedis } from '@razao/shared/runtime/redis-guard.ts';
import { testPrint, testUid } from '@razao/shared/test/commands.ts';
import { until } from '@razao/stack/test/until.ts';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import type { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import type { IntakeDeps } from '../src/intake/intake.ts';
import { createMemoryWatch } from '../src/intake/memory-watch.ts';

export const KEYS = shardKeys('test', 0);

export type TestQueue = {
  redis: Redis;
  queue: ChunkQueue;
  clock: Clock;
  /** The server behind it, for harm. */
  server: TestRedis;
  /** What an intake of this queue needs. */
  deps: IntakeDeps;
  close(): Promise<void>;
};

/** A queue on a Redis of its own, reached as the API reaches it. */
export async function openTestQueue(): Promise<TestQueue> {
  const server = await startTestRedis();
  const redis = openFailFastRedis(server.url);
  const guard = guardRedis(redis, 'checked', createLog('test', 'silent'));
  await until('Redis is usable', () => guard.usable());
  const metrics = createApiMetrics(new Registry());
  const memory = createMemoryWatch(redis, () => [KEYS], metrics);
  const queue = openChunkQueue(redis, KEYS);
  const clock = createClock();
  return {
    redis,
    queue,
    clock,
    server,
    deps: {
      keys: KEYS,
      redis,
      guard,
      restore: createRecordsRestorer(redis),
      // Nothing is posted here.
      recall: async () => {},
      memory,
      clock,
      metrics,
      queueMax: { commands: QUEUE_COMMANDS_MAX, bytes: QUEUE_BYTES_MAX, seconds: 0 },
    },
    async close() {
      memory.stop();
      guard.stop();
      await queue.close();
      redis.disconnect();
      await server.remove();
    },
  };
}

/** A command whose id and fingerprint are these words; a test has a ledger of its own. */
export function command(ledger: number, id: string, print = 'print'): Command {
  return {
    ledgerUid: testUid(ledger),
    id,
    kind: 'transfer',
    fingerprint: testPrint(print),
    acceptedAt: '2026-01-02T03:04:05.000000Z',
    postings: [{ source: 'world', destination: 'a', asset: 'BRL/2', amount: '1' }],
    description: null,
    reference: null,
    metadata: {},
    effectiveAt: null,
  };
}
