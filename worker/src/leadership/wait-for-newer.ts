import { setTimeout as delay } from 'node:timers/promises';
import { NEWER_ABSENT_MS, NEWER_LOOK_MS } from '@razao/shared/contract/limits.ts';
import { oldestChunk } from '@razao/shared/queue/depth.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import { throttleLog } from '@razao/shared/runtime/log-throttle.ts';
import type { WorkerMetrics } from '@razao/shared/runtime/metrics.ts';
import type { Redis } from 'ioredis';
import { ChunkTooNew } from './chunk-too-new.ts';

const LOG_MS = 60_000;

/**
 * What one shard's committer does about a chunk that a newer version wrote. It has returned everything to the front of the
 * queue and let go of the shard's lock, and asks for it again only once that chunk is no longer the oldest: a newer worker has
 * posted it, or somebody took it away.
 */
export type NewerWait = {
  /** Whether a term ended so because such a chunk was met, which is then waited for. */
  met(error: unknown): boolean;
  /** Resolves once there is nothing to wait for, at once where nothing was met, or when `signal` is aborted. */
  over(signal: AbortSignal): Promise<void>;
  waiting(): boolean;
  /** One was met so lately that newer workers, if there are any, should keep the shard. */
  heldBack(): boolean;
};

export type NewerWaitDeps = {
  redis: Redis;
  keys: ShardKeys;
  metrics: Pick<WorkerMetrics, 'chunksTooNew'>;
  log: Logger;
};

export function createNewerWait({ redis, keys, metrics, log }: NewerWaitDeps): NewerWait {
  const { shard } = keys;
  const logThrottle = throttleLog(LOG_MS);
  let waitsFor: ChunkTooNew | null = null;
  let metAt = Number.NEGATIVE_INFINITY;

  function say({ message }: ChunkTooNew): void {
    const unsaid = logThrottle('waits');
    if (unsaid !== null)
      log.warn({ shard, unsaid }, `the shard waits for a newer version of this worker: ${message}`);
  }

  function set(chunk: ChunkTooNew | null): void {
    waitsFor = chunk;
    metrics.chunksTooNew.set({ shard: String(shard) }, chunk ? 1 : 0);
  }

  /** What cannot be looked up has not changed. */
  async function stands({ chunkId }: ChunkTooNew): Promise<boolean> {
    return await oldestChunk(redis, keys).then(
      (oldest) => oldest === chunkId,
      () => true,
    );
  }

  return {
    met(error) {
      if (!(error instanceof ChunkTooNew)) return false;
      metAt = performance.now();
      set(error);
      say(error);
      return true;
    },
    async over(signal) {
      while (waitsFor && !signal.aborted) {
        await delay(NEWER_LOOK_MS, undefined, { signal }).catch(() => {});
        // A Redis that is away answers late, and a process that ends does not wait for it.
        if (await unlessAborted(stands(waitsFor), signal)) say(waitsFor);
        else set(null);
      }
    },
    waiting: () => waitsFor !== null,
    heldBack: () => performance.now() - metAt < NEWER_ABSENT_MS,
  };
}

async function unlessAborted(answer: Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  const { promise: aborted, resolve } = Promise.withResolvers<boolean>();
  const onAbort = () => resolve(true);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  return await Promise.race([answer, aborted]).finally(() =>
    signal.removeEventListener('abort', onAbort),
  );
}
