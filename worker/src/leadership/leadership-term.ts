import { setTimeout as delay } from 'node:timers/promises';
import { BUSY_COMMITS } from '@razao/shared/contract/limits.ts';
import { type Chunk, ChunkConsumer } from '@razao/shared/queue/chunk-consumer.ts';
import { markStopped, stoppedSince } from '@razao/shared/queue/stop-mark.ts';
import { killPoint } from '@razao/shared/runtime/kill-point.ts';
import { createThrottle } from '@razao/shared/runtime/throttle.ts';
import type { Redis } from 'ioredis';
import type { Commit } from '../commit/commit-batch.ts';
import { suspectSets, workAlone, workSet } from '../commit/commit-suspects.ts';
import { Committing } from '../commit/committing.ts';
import { countCommit } from '../commit/count-commit.ts';
import { toDeadLetter, withoutUnknown } from '../commit/dead-letter.ts';
import { startBatch } from '../commit/join-chunks.ts';
import { UnknownLedger } from '../commit/unknown-ledger.ts';
import { publishCommit } from '../publish/publish-commit.ts';
import { ChunkTooNew } from './chunk-too-new.ts';
import type { CommitterDeps } from './committer.ts';
import { LockLost } from './lock-lost.ts';
import type { LockSession } from './lock-session.ts';
import { ShardStopped } from './shard-stopped.ts';

const PUBLISH_RETRY_MS = 500;
const RESUME_POLL_MS = 500;

/**
 * The time in which a process holds a shard's lock: takes chunks in order, commits, publishes and completes them. While a
 * commit is under way the one before it is being published, never two.
 */
export class LeadershipTerm {
  readonly #deps: CommitterDeps;
  readonly #session: LockSession;
  readonly #signal: AbortSignal;
  readonly #blocking: Redis;
  readonly #consumer: ChunkConsumer;
  readonly #committing: Committing;
  readonly #throttle = createThrottle(BUSY_COMMITS);
  #publishing: Promise<void> = Promise.resolve();
  /** A commit was made that nobody could be told of: its chunks stay in the queue, so that somebody is. */
  #untold = false;
  #standsStill = false;

  /** `signal` asks for an orderly end. */
  constructor(deps: CommitterDeps, session: LockSession, signal: AbortSignal) {
    const { keys, owner, redis, guard, log } = deps;
    this.#deps = deps;
    this.#session = session;
    this.#signal = signal;
    this.#committing = new Committing({ ...deps, shard: keys.shard, session, signal });
    this.#blocking = deps.openBlocking();
    this.#consumer = new ChunkConsumer({
      ...{ keys, owner: owner.id, redis, blocking: this.#blocking, log },
      readerLevel: deps.readerLevel,
      mayFetch: () => session.mayFetch() && guard.usable(),
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
    void ended.then(() => this.#consumer.halt());
    try {
      this.#standsStill = (await stoppedSince(redis, keys)) !== null;
      while (!this.#over() && !this.#standsStill) {
        await this.#throttle.next();
        const chunks = await this.#consumer.take(startBatch());
        if (chunks.length === 0) break;
        await this.#work(chunks);
        this.#standsStill = this.#committing.failedTooOften;
      }
    } catch (error) {
      this.#standsStill = error instanceof ShardStopped;
      const expected = error instanceof LockLost || error instanceof ShardStopped;
      if (!expected && !this.#signal.aborted) throw error;
    } finally {
      if (this.#committing.failedTooOften) await markStopped(redis, keys);
      await this.#end();
    }
    if (this.#standsStill) await this.#standStill(ended);
  }

  /** What cannot be worked on as it is is set aside first; the rest goes on in order. */
  async #work(chunks: readonly Chunk[]): Promise<void> {
    const [first] = chunks;
    if (first?.commands === null) return this.#unread(first);
    if (first?.alone && !first.discarded) return this.#workSuspects(chunks);
    await this.#withoutUnknown(chunks, (known) =>
      first?.discarded ? this.#reject(known) : this.#workTogether(known),
    );
  }

  /** What is of ledgers that the database lacks is set aside where it turns up, and the rest is worked on again. */
  async #withoutUnknown(
    chunks: readonly Chunk[],
    work: (chunks: readonly Chunk[]) => Promise<void>,
  ): Promise<void> {
    try {
      await work(chunks);
    } catch (error) {
      if (!(error instanceof UnknownLedger)) throw error;
      await this.#withoutUnknown(await withoutUnknown(this.#deps, chunks, error), work);
    }
  }

  async #workTogether(chunks: readonly Chunk[]): Promise<void> {
    const commands = chunks.flatMap((chunk) => chunk.commands ?? []);
    this.#throttle.began(commands.length);
    const before = this.#publishing;
    await this.#committing.all(commands, { told: this.#publishNext });
    this.#publishing = this.#publishing.then(() => this.#complete(chunks));
    // One batch's publication at a time, in order; the next commit runs meanwhile.
    await before;
  }

  async #workSuspects(chunks: readonly Chunk[]): Promise<void> {
    const { log, keys } = this.#deps;
    const ids = chunks.map(({ id }) => id);
    log.warn({ shard: keys.shard, chunks: ids }, 'processes died with chunks in hand');
    await this.#publishing;
    for (const set of await suspectSets(this.#deps, chunks))
      await this.#withoutUnknown(set, (known) => this.#workAlone(known));
  }

  async #workAlone(chunks: readonly Chunk[]): Promise<void> {
    const { gate } = this.#deps;
    const tools = {
      ...this.#deps,
      session: this.#session,
      over: () => this.#over(),
      apply: async (commands: Commit['commands'], around: typeof gate.alone) => {
        await this.#committing.all(commands, { pass: gate.alone, around, told: this.#publishNext });
        await this.#publishing;
      },
      condemn: async (commands: Commit['commands']) => {
        for (const commit of await this.#committing.condemn(commands)) this.#publishNext(commit);
        await this.#publishing;
      },
    };
    const [first, ...others] = chunks;
    if (first && others.length === 0) await workAlone(tools, first);
    else await workSet(tools, chunks);
    await this.#complete(chunks);
  }

  /** What a newer version wrote waits for one, in order; what is damaged is set aside. */
  async #unread(chunk: Chunk): Promise<void> {
    if (chunk.fault?.tooNew) throw new ChunkTooNew(chunk);
    await toDeadLetter(this.#deps, chunk);
    await this.#consumer.complete([chunk]);
  }

  /** An operator has discarded the chunk: what is not in the ledger yet is stored as rejected, so that clients hear of it. */
  async #reject(chunks: readonly Chunk[]): Promise<void> {
    const commands = chunks.flatMap((chunk) => chunk.commands ?? []);
    await this.#publishing;
    if (commands.length > 0)
      for (const commit of await this.#committing.reject(commands)) this.#publishNext(commit);
    await this.#publishing;
    await this.#complete(chunks);
  }

  readonly #publishNext = (commit: Commit): void => {
    this.#publishing = this.#publishing.then(() => this.#publish(commit));
  };

  async #publish(commit: Commit): Promise<void> {
    const { metrics, gate, keys } = this.#deps;
    const shard = String(keys.shard);
    countCommit(metrics, keys.shard, commit);
    const done = metrics.publishSeconds.startTimer({ shard });
    const publish = (tries: number) => gate.shared(() => this.#tryPublish(commit, tries));
    for (let tries = 0; !(await publish(tries)); tries++) {
      this.#untold = this.#over();
      if (this.#untold) return;
      await delay(PUBLISH_RETRY_MS);
    }
    done();
  }

  async #complete(chunks: readonly Chunk[]): Promise<void> {
    const { log, keys } = this.#deps;
    if (this.#untold) return;
    killPoint('before-complete');
    await this.#consumer
      .complete(chunks)
      .catch((error) => log.warn({ err: error, shard: keys.shard }, 'chunks stay in the queue'));
  }

  async #tryPublish(commit: Commit, tries: number): Promise<boolean> {
    const { redis, keys, log } = this.#deps;
    const { shard } = keys;
    try {
      await publishCommit(redis, keys, commit, this.#deps.retention());
      return true;
    } catch (error) {
      // A full Redis, or one that is being shut down. What is not published now is when the chunk comes again.
      if (tries === 0) log.warn({ err: error, shard }, 'publishing failed; trying again');
      return false;
    }
  }

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
    await this.#consumer.stop({ giveBack: !this.#session.lost });
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
