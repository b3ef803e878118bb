import { setTimeout as delay } from 'node:timers/promises';
import { CHUNK_VERSION } from '@razao/shared/contract/chunk.ts';
import type { Command } from '@razao/shared/contract/command.ts';
import { BUSY_COMMITS } from '@razao/shared/contract/limits.ts';
import { setAside } from '@razao/shared/queue/aside.ts';
import { type Chunk, ChunkPump } from '@razao/shared/queue/chunk-pump.ts';
import { markStopped, stoppedSince } from '@razao/shared/queue/stop-mark.ts';
import { killPoint } from '@razao/shared/runtime/kill-point.ts';
import { createPace } from '@razao/shared/runtime/pace.ts';
import { saySeldom } from '@razao/shared/runtime/say-seldom.ts';
import type { Redis } from 'ioredis';
import { atomicGroups } from './commit/atomic-groups.ts';
import type { Commit } from './commit/commit-batch.ts';
import { commitInHalves, commitUnprocessable } from './commit/commit-in-halves.ts';
import { startBatch } from './commit/join-chunks.ts';
import { LockLost } from './commit/lock-lost.ts';
import type { LockSession } from './commit/lock-session.ts';
import {
  createFailureWindow,
  forgetAttempts,
  noteAttempt,
  withdrawAttempt,
} from './commit/poison-watch.ts';
import { noteFailure, type RetryOptions, retryCommit } from './commit/retry-commit.ts';
import { ShardStopped } from './commit/shard-stopped.ts';
import { UnknownLedger } from './commit/unknown-ledger.ts';
import type { CommitterDeps } from './committer.ts';
import { countCommit } from './count-commit.ts';
import { publishCommit } from './publish/publish-commit.ts';

const PUBLISH_RETRY_MS = 500;
const RESUME_POLL_MS = 500;
const FAULT_LOG_MS = 30_000;

/**
 * The time in which a process holds a shard's lock: takes chunks in order, commits, publishes and completes them. While a
 * commit is under way the one before it is being published, never two.
 */
export class Tenure {
  readonly #deps: CommitterDeps;
  readonly #session: LockSession;
  readonly #signal: AbortSignal;
  readonly #blocking: Redis;
  readonly #pump: ChunkPump;
  readonly #failures = createFailureWindow();
  readonly #retrying: RetryOptions;
  readonly #pace = createPace(BUSY_COMMITS);
  #publishing: Promise<void> = Promise.resolve();
  #standsStill = false;

  /** `signal` asks for an orderly end. */
  constructor(deps: CommitterDeps, session: LockSession, signal: AbortSignal) {
    this.#deps = deps;
    this.#session = session;
    this.#signal = signal;
    const { log, metrics } = deps;
    const { shard } = deps.keys;
    this.#retrying = {
      shard,
      log,
      signal,
      onRetry: (sqlstate) => metrics.retries.inc({ shard: String(shard), sqlstate }),
      seldom: saySeldom(FAULT_LOG_MS),
    };
    this.#blocking = deps.openBlocking();
    this.#pump = new ChunkPump({
      keys: deps.keys,
      redis: deps.redis,
      blocking: this.#blocking,
      mayFetch: () => session.mayFetch() && deps.guard.usable(),
      log: deps.log,
    });
  }

  /** The shard is stopped: nobody may go on without a person's doing. */
  get standsStill(): boolean {
    return this.#standsStill;
  }

  /** Works until the lock is lost, the signal is given, or the shard is stopped for a person to look and goes on again. */
  async run(): Promise<void> {
    const { redis, keys } = this.#deps;
    const ended = this.#ended();
    void ended.then(() => this.#pump.halt());
    try {
      this.#standsStill = (await stoppedSince(redis, keys)) !== null;
      while (!this.#over() && !this.#standsStill) {
        await this.#pace.next();
        const chunks = await this.#pump.take(startBatch());
        if (chunks.length === 0) break;
        await this.#work(chunks);
        this.#standsStill = this.#failures.full();
      }
    } catch (error) {
      this.#standsStill = error instanceof ShardStopped;
      const expected = error instanceof LockLost || error instanceof ShardStopped;
      if (!expected && !this.#signal.aborted) throw error;
    } finally {
      if (this.#failures.full()) await markStopped(redis, keys);
      await this.#end();
    }
    if (this.#standsStill) await this.#standStill(ended);
  }

  /** What cannot be worked on as it is is set aside first; the rest goes on in order. */
  async #work(chunks: readonly Chunk[]): Promise<void> {
    const [first] = chunks;
    if (first?.commands === null) return this.#putAside(first);
    try {
      await (first?.alone ? this.#workAlone(first) : this.#workTogether(chunks));
    } catch (error) {
      if (!(error instanceof UnknownLedger)) throw error;
      await this.#work(await this.#withoutUnknown(chunks, error));
    }
  }

  async #workTogether(chunks: readonly Chunk[]): Promise<void> {
    const commands = chunks.flatMap((chunk) => chunk.commands ?? []);
    this.#pace.began(commands.length);
    const before = this.#publishing;
    await this.#commitAll(commands, (commit) => this.#publishNext([commit], []));
    this.#publishNext([], chunks);
    // One batch's publication at a time, in order; the next commit runs meanwhile.
    await before;
  }

  /** A chunk with which processes have died: one group at a time, each noted first, so that the culprit is known. */
  async #workAlone(chunk: Chunk): Promise<void> {
    const { redis, keys } = this.#deps;
    await this.#publishing;
    for (const group of atomicGroups(chunk.commands ?? [])) {
      const { condemned } = await noteAttempt(redis, keys, group);
      let commits: Commit[];
      try {
        commits = condemned ? await this.#condemn(group) : await this.#commitAll(group);
      } catch (error) {
        // The process lives: a session that was lost is no death.
        await withdrawAttempt(redis, keys, group);
        throw error;
      }
      await forgetAttempts(redis, keys, group);
      await this.#publish(commits, []);
    }
    await this.#pump.complete([chunk]);
  }

  /** Commits commands, and tells of each commit, in order; what of them is committed when it is tried again is not tried. */
  async #commitAll(
    commands: readonly Command[],
    told: (commit: Commit) => void = () => {},
  ): Promise<Commit[]> {
    const commits: Commit[] = [];
    let rest = commands;
    const onCommit = (commit: Commit) => {
      commits.push(commit);
      rest = rest.slice(commit.commands.length);
      told(commit);
    };
    await this.#commit(() =>
      commitInHalves(this.#session, rest, {
        onUnprocessable: this.#onUnprocessable,
        onCommit,
        onTooSlow: (cause) =>
          noteFailure(cause, 'a commit took too long; trying half of it', this.#retrying),
      }),
    );
    return commits;
  }

  async #condemn(group: readonly Command[]): Promise<Commit[]> {
    const { log } = this.#deps;
    const { shard } = this.#deps.keys;
    log.error(
      { shard, transactions: idsOf(group) },
      'processes died with these commands; rejecting them',
    );
    return [await this.#commit(() => commitUnprocessable(this.#session, group))];
  }

  async #putAside(chunk: Chunk): Promise<void> {
    await this.#setAside(chunk.id, 'cannot be decoded', chunk.job.data);
    await this.#pump.complete([chunk]);
  }

  /** Sets aside the commands of ledgers that the database lacks; returns the chunks with the others. */
  async #withoutUnknown(chunks: readonly Chunk[], error: UnknownLedger): Promise<Chunk[]> {
    const others: Chunk[] = [];
    for (const chunk of chunks) {
      const { unknown = [], known = [] } = Object.groupBy(chunk.commands ?? [], ({ ledgerUid }) =>
        error.ledgerUids.has(ledgerUid) ? 'unknown' : 'known',
      );
      if (unknown.length > 0)
        await this.#setAside(chunk.id, error.message, { v: CHUNK_VERSION, commands: unknown });
      others.push({ ...chunk, commands: known });
    }
    return others;
  }

  async #setAside(id: string, reason: string, data: unknown): Promise<void> {
    const { redis, keys, log } = this.#deps;
    const { shard } = keys;
    log.error({ shard, chunk: id, reason }, 'a chunk is set aside (see npm run queue)');
    await setAside(redis, keys, { id, reason, data });
  }

  async #commit<T>(commit: () => Promise<T>): Promise<T> {
    const timed = async () => {
      const done = this.#deps.metrics.commitSeconds.startTimer({
        shard: String(this.#deps.keys.shard),
      });
      const committed = await commit();
      done();
      return committed;
    };
    return await retryCommit(timed, this.#retrying);
  }

  #publishNext(commits: readonly Commit[], chunks: readonly Chunk[]): void {
    this.#publishing = this.#publishing.then(() => this.#publish(commits, chunks));
  }

  async #publish(commits: readonly Commit[], chunks: readonly Chunk[]): Promise<void> {
    const { metrics, log } = this.#deps;
    const { shard } = this.#deps.keys;
    for (const commit of commits) {
      countCommit(metrics, shard, commit);
      const done = metrics.publishSeconds.startTimer({ shard: String(shard) });
      for (let tries = 0; !(await this.#tryPublish(commit, tries)); tries++) {
        if (this.#over()) return;
        await delay(PUBLISH_RETRY_MS);
      }
      done();
    }
    killPoint('before-complete');
    await this.#pump
      .complete(chunks)
      .catch((error) => log.warn({ err: error, shard }, 'chunks stay in the queue'));
  }

  async #tryPublish(commit: Commit, tries: number): Promise<boolean> {
    const { redis, keys, log } = this.#deps;
    const { shard } = keys;
    try {
      await publishCommit(redis, keys, commit);
      return true;
    } catch (error) {
      // A full Redis, or one that is being shut down. What is not published now is when the chunk comes again.
      if (tries === 0) log.warn({ err: error, shard }, 'publishing failed; trying again');
      return false;
    }
  }

  readonly #onUnprocessable = (group: readonly Command[], cause: unknown): void => {
    const { log } = this.#deps;
    const { shard } = this.#deps.keys;
    // One cause for all of them: the rest of the batch stays in the queue instead of being rejected too.
    if (this.#failures.full()) throw new ShardStopped(shard);
    this.#failures.add();
    log.error(
      { err: cause, shard, transactions: idsOf(group) },
      'commands could not be processed and are rejected',
    );
  };

  #over(): boolean {
    return this.#session.lost || this.#signal.aborted;
  }

  /** Resolves when the lock is lost or the signal is given. */
  #ended(): Promise<void> {
    return new Promise((resolve) => {
      this.#session.onLost(resolve);
      if (this.#signal.aborted) resolve();
      this.#signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  async #end(): Promise<void> {
    await this.#publishing;
    this.#blocking.disconnect();
    // Without the lock nothing may be returned: the successor puts everything back in order.
    await this.#pump.stop({ giveBack: !this.#session.lost });
  }

  /** Too many commands could not be processed: hold the lock, so that no other process goes on, and wait for a person. */
  async #standStill(ended: Promise<void>): Promise<void> {
    const { redis, log, keys, metrics } = this.#deps;
    const { shard } = keys;
    const stopped = { shard: String(shard) };
    metrics.stopped.set(stopped, 1);
    log.fatal(
      { shard },
      `the shard is stopped: too many commands could not be processed; npm run queue -- resume ${shard} lets it go on`,
    );
    const over = ended.then(() => true);
    while (!(await Promise.race([over, delay(RESUME_POLL_MS, false)]))) {
      if ((await Promise.race([over, stoppedSince(redis, keys)])) === null) break;
    }
    metrics.stopped.set(stopped, 0);
  }
}

function idsOf(commands: readonly Command[]): string[] {
  return commands.map(({ id }) => id);
}
