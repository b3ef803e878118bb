import type { Command } from '@razao/shared/contract/command.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import { throttleLog } from '@razao/shared/runtime/log-throttle.ts';
import type { WorkerMetrics } from '@razao/shared/runtime/metrics.ts';
import type { LockSession } from '../leadership/lock-session.ts';
import { ShardStopped } from '../leadership/shard-stopped.ts';
import type { Commit } from './commit-batch.ts';
import { commitInHalves, commitUnprocessable } from './commit-in-halves.ts';
import { createFailureWindow } from './failure-window.ts';
import type { Gate, Pass } from './gate.ts';
import { noteFailure, type RetryOptions, retryCommit } from './retry-commit.ts';

const FAULT_LOG_MS = 30_000;

export type CommittingOptions = {
  session: LockSession;
  shard: number;
  gate: Gate;
  metrics: WorkerMetrics;
  log: Logger;
  /** Asks for an orderly end. */
  signal: AbortSignal;
};

/** How commands are committed: beside those of other shards, and with nothing around a try, unless it says otherwise. */
export type Manner = { pass?: Pass; around?: Pass; told?: (commit: Commit) => void };

/** The commits of a shard: each is tried until it succeeds, and passes the gate anew with each try. */
export class Committing {
  readonly #options: CommittingOptions;
  readonly #retrying: RetryOptions;
  readonly #failures = createFailureWindow();

  constructor(options: CommittingOptions) {
    const { shard, log, signal, metrics } = options;
    this.#options = options;
    this.#retrying = {
      shard,
      log,
      signal,
      onRetry: (sqlstate) => metrics.retries.inc({ shard: String(shard), sqlstate }),
      logThrottle: throttleLog(FAULT_LOG_MS),
    };
  }

  /** So many commands could not be processed lately that no further one may be rejected. */
  get failedTooOften(): boolean {
    return this.#failures.full();
  }

  /**
   * Commits commands, and tells of each commit, in order; what of them is committed when the rest is tried again is not tried
   * again. Throws what `retryCommit` throws.
   */
  async all(commands: readonly Command[], manner: Manner = {}): Promise<Commit[]> {
    const { session, gate } = this.#options;
    const { pass = gate.shared, around = (work) => work(), told = () => {} } = manner;
    const commits: Commit[] = [];
    let rest = commands;
    const onCommit = (commit: Commit) => {
      commits.push(commit);
      rest = rest.slice(commit.commands.length);
      told(commit);
    };
    const onTooSlow = (cause: unknown) =>
      noteFailure(cause, 'a commit took too long; trying half of it', this.#retrying);
    await this.#try(pass, () =>
      around(() =>
        commitInHalves(session, rest, {
          onUnprocessable: this.#onUnprocessable,
          onCommit,
          onTooSlow,
        }),
      ),
    );
    return commits;
  }

  /** Stores commands as `processing_failed`, unseen: processes died with them. */
  async condemn(commands: readonly Command[]): Promise<Commit[]> {
    const { shard, log } = this.#options;
    const transactions = commands.map(({ id }) => id);
    log.error({ shard, transactions }, 'processes died with these commands; rejecting them');
    return this.reject(commands);
  }

  /** Stores commands as `processing_failed`, unseen: somebody has decided so. Throws what `retryCommit` throws. */
  async reject(commands: readonly Command[]): Promise<Commit[]> {
    const { session, gate } = this.#options;
    return [await this.#try(gate.shared, () => commitUnprocessable(session, commands))];
  }

  /** Each try passes by itself: while it waits for the next it keeps nobody out. */
  #try<T>(pass: Pass, commit: () => Promise<T>): Promise<T> {
    const { metrics, shard } = this.#options;
    const timed = async () => {
      const done = metrics.commitSeconds.startTimer({ shard: String(shard) });
      const committed = await commit();
      done();
      return committed;
    };
    return retryCommit(() => pass(timed), this.#retrying);
  }

  readonly #onUnprocessable = (group: readonly Command[], cause: unknown): void => {
    const { log, shard } = this.#options;
    // One cause for all of them: the rest of the batch stays in the queue instead of being rejected too.
    if (this.#failures.full()) throw new ShardStopped(shard);
    this.#failures.add();
    log.error(
      { err: cause, shard, transactions: group.map(({ id }) => id) },
      'commands could not be processed and are rejected',
    );
  };
}
