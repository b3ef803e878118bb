import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@razao/shared/runtime/log.ts';
import { errorCode } from './error-class.ts';
import { LockLost } from './lock-lost.ts';
import { ShardStopped } from './shard-stopped.ts';

const BACKOFF_MS_MIN = 50;
const BACKOFF_MS_MAX = 5_000;

export type RetryOptions = {
  shard: number;
  log: Logger;
  signal: AbortSignal;
  onRetry: (sqlstate: string) => void;
};

/**
 * Tries a commit until it succeeds: what fails here is the infrastructure's fault, which rejects nobody, and the order is
 * kept as nothing else is committed meanwhile. Gives up when the lock is lost or the shard has to stop, or when `signal` is
 * aborted between tries.
 * One log line for each new cause.
 */
export async function retryCommit<T>(commit: () => Promise<T>, options: RetryOptions): Promise<T> {
  let logged = '';
  for (let backoffMs = BACKOFF_MS_MIN; ; backoffMs = Math.min(backoffMs * 2, BACKOFF_MS_MAX)) {
    try {
      return await commit();
    } catch (error) {
      if (error instanceof LockLost || error instanceof ShardStopped || options.signal.aborted)
        throw error;
      const code = errorCode(error);
      options.onRetry(code);
      if (code !== logged)
        options.log.error({ err: error, shard: options.shard }, 'a commit failed; trying again');
      logged = code;
      // Jitter, so that shards that failed together do not try together.
      await delay(backoffMs * (0.5 + Math.random() / 2), undefined, {
        signal: options.signal,
      }).catch(() => {});
    }
  }
}
