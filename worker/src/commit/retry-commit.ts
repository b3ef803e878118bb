import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@razao/shared/runtime/log.ts';
import type { LogThrottle } from '@razao/shared/runtime/log-throttle.ts';
import { LockLost } from '../leadership/lock-lost.ts';
import { ShardStopped } from '../leadership/shard-stopped.ts';
import { errorCode } from './error-class.ts';
import { ForeignDatabase } from './foreign-database.ts';
import { UnknownLedger } from './unknown-ledger.ts';

/** Errors that another try would not mend. */
const NO_USE = [ForeignDatabase, LockLost, ShardStopped, UnknownLedger];
const BACKOFF_MS_MIN = 50;
const BACKOFF_MS_MAX = 5_000;

export type RetryOptions = {
  shard: number;
  log: Logger;
  signal: AbortSignal;
  onRetry: (sqlstate: string) => void;
  /** Kept from commit to commit, so that what fails every other one is not a line each. */
  logThrottle: LogThrottle;
};

/**
 * Tries a commit until it succeeds: what fails here is the infrastructure's fault, which rejects nobody, and the order is
 * kept as nothing else is committed meanwhile. Gives up when the lock is lost, the shard has to stop or a ledger is unknown,
 * or when `signal` is aborted between tries. It logs as seldom as `logThrottle` says.
 */
export async function retryCommit<T>(commit: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let backoffMs = BACKOFF_MS_MIN; ; backoffMs = Math.min(backoffMs * 2, BACKOFF_MS_MAX)) {
    try {
      return await commit();
    } catch (error) {
      if (NO_USE.some((kind) => error instanceof kind) || options.signal.aborted) throw error;
      noteFailure(error, 'a commit failed; trying again', options);
      // Jitter, so that shards that failed together do not try together.
      await delay(backoffMs * (0.5 + Math.random() / 2), undefined, {
        signal: options.signal,
      }).catch(() => {});
    }
  }
}

/** Counts a failure that rejects nobody, and says it, as seldom as `logThrottle` says. */
export function noteFailure(error: unknown, text: string, options: RetryOptions): void {
  const { shard, log, logThrottle, onRetry } = options;
  const code = errorCode(error);
  onRetry(code);
  const unsaid = logThrottle(code);
  if (unsaid !== null) log.error({ err: error, shard, unsaid }, text);
}
