import { setTimeout as delay } from 'node:timers/promises';
import {
  type Backlog,
  isMiscounted,
  readBacklog,
  recountBacklog,
} from '@razao/shared/queue/backlog/backlog.ts';
import { type ChunkQueue, openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { readDepth } from '@razao/shared/queue/depth.ts';
import { deadLettersKey, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import type { WorkerMetrics } from '@razao/shared/runtime/metrics.ts';
import type { RedisGuard } from '@razao/shared/runtime/redis-guard.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import type { Redis } from 'ioredis';

const PERIOD_MS = 2_000;
const STOP_MS_MAX = 500;

export type QueueWatchDeps = {
  redis: Redis;
  guard: Pick<RedisGuard, 'usable'>;
  shards: readonly ShardKeys[];
  metrics: WorkerMetrics;
  log: Logger;
};

/**
 * Measures every shard's queue every few seconds, and raises its voice when a chunk is where no chunk may ever be. What cannot
 * be measured has no value: a gap in a graph is true, an old value is not. It writes to no Redis that may not be worked with.
 */
export function createQueueWatch(deps: QueueWatchDeps): Service {
  const { redis, guard, shards, metrics, log } = deps;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let alarmed = 0;
  const suspects = new Set<ChunkQueue>();

  async function run(): Promise<void> {
    // A queue that is opened writes.
    await usable(guard, stopping.signal);
    const queues = shards.map((keys) => ({ keys, queue: openChunkQueue(redis, keys) }));
    while (!stopping.signal.aborted) {
      await watch(queues).catch((error) => {
        forget();
        log.debug({ err: error }, 'the queues could not be measured');
      });
      await delay(PERIOD_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
    await Promise.all(queues.map(({ queue }) => queue.close()));
  }

  async function watch(queues: readonly { keys: ShardKeys; queue: ChunkQueue }[]): Promise<void> {
    let failed = 0;
    for (const { keys, queue } of queues) {
      const shard = String(keys.shard);
      const depth = await readDepth(redis, queue);
      const aside = await redis.hlen(deadLettersKey(keys));
      const backlog = await trueBacklog(keys, queue);
      metrics.backlogCommands.set({ shard }, backlog.commands);
      metrics.backlogBytes.set({ shard }, backlog.bytes);
      metrics.chunks.set({ shard, state: 'waiting' }, depth.waiting);
      metrics.chunks.set({ shard, state: 'active' }, depth.active);
      metrics.chunks.set({ shard, state: 'failed' }, depth.failed);
      metrics.chunks.set({ shard, state: 'aside' }, aside);
      metrics.oldestSeconds.set({ shard }, depth.oldestMs / 1_000);
      failed += depth.failed;
    }
    if (failed > alarmed)
      log.error(
        { chunks: failed },
        'chunks are in the state failed, where nothing of ours puts one',
      );
    alarmed = failed;
  }

  /** What waits, counted anew where it was wrong twice in a row: once may have been while a chunk was taken out. */
  async function trueBacklog(keys: ShardKeys, queue: ChunkQueue): Promise<Backlog> {
    const suspected = suspects.delete(queue);
    if (await isMiscounted(redis, queue)) {
      if (suspected && guard.usable()) await recountBacklog(redis, queue);
      else suspects.add(queue);
    }
    return (await readBacklog(redis, keys)).total;
  }

  function forget(): void {
    metrics.backlogCommands.reset();
    metrics.backlogBytes.reset();
    metrics.chunks.reset();
    metrics.oldestSeconds.reset();
  }

  return {
    name: 'housekeeping',
    async start() {
      // A question that is asked while Redis is away fails never: it is asked again once it is back.
      redis.on('close', forget);
      running ??= run();
    },
    async stop() {
      stopping.abort();
      redis.off('close', forget);
      // A Redis that is down is not waited for: nothing here has to be finished.
      await Promise.race([running, delay(STOP_MS_MAX, undefined, { ref: false })]);
    },
  };
}

async function usable(guard: Pick<RedisGuard, 'usable'>, signal: AbortSignal): Promise<void> {
  while (!guard.usable() && !signal.aborted) await delay(50, undefined, { signal }).catch(() => {});
}
