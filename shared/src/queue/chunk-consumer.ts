import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { type ChunkData, decodeChunk } from '../contract/chunk.ts';
import type { ChunkFault } from '../contract/chunk-fault.ts';
import type { Command } from '../contract/command.ts';
import {
  BATCH_COMMANDS_MAX,
  BUSY_FETCHES,
  FETCH_CHUNKS_MAX,
  HAND_COMMANDS_MAX,
  ORPHANINGS_BEFORE_ALONE,
} from '../contract/limits.ts';
import type { ShardKeys } from '../runtime/keys.ts';
import type { Logger } from '../runtime/log.ts';
import { createThrottle } from '../runtime/throttle.ts';
import { isMiscounted, lowerBacklog, recountBacklog } from './backlog/backlog.ts';
import { createDrainRate } from './backlog/drain-rate.ts';
import { openChunkQueue } from './chunk-queue.ts';
import { createDeliveryAttempts, type DeliveryAttempts } from './delivery-attempts.ts';
import { isDamaged, openManualWorker } from './manual-worker.ts';
import { awaitMarker } from './marker.ts';
import { reclaimActive } from './reclaim.ts';

const IDLE_MS = 20;
const FAULT_MS_MAX = 500;

/** A chunk in hand. `alone`: several processes have died with it before. */
export type Chunk = {
  id: string;
  job: Job<ChunkData>;
  /** Null where its data could not be read. */
  commands: readonly Command[] | null;
  alone: boolean;
  /** Why it could not. */
  fault?: ChunkFault;
  /** An operator has discarded it: its commands are to be rejected unseen. */
  discarded?: boolean;
};

const DAMAGED = {
  commands: null,
  fault: { tooNew: false, reason: 'cannot be decoded: its job is damaged' },
};

export type ChunkConsumerDeps = {
  keys: ShardKeys;
  /** The process that holds the lock (`Owner.id`). */
  owner: string;
  /** For everything that answers at once. */
  redis: Redis;
  /** For waiting until something is queued. */
  blocking: Redis;
  /** Whether the shard's lock is certain to be held; asked before each fetch. */
  mayFetch: () => boolean;
  log: Logger;
  /** The level of what is understood; this code's own unless a test says less. */
  readerLevel?: number | undefined;
};

/**
 * Fetches a shard's chunks by hand, in the order in which they were accepted, for the one process that holds the shard's
 * lock.
 *
 * It is dirty at start and after every reconnect: then nothing is handed out until every active chunk that is not inside a
 * commit is back in the queue. A fetch also reads the list of active chunks: one that is not ours was taken by a
 * predecessor that woke late, and makes the consumer dirty. For the same reason whoever has lost the lock returns nothing.
 */
export class ChunkConsumer {
  readonly #deps: ChunkConsumerDeps;
  readonly #queue: Queue<ChunkData>;
  readonly #worker: Worker<ChunkData>;
  readonly #deliveryAttempts: DeliveryAttempts;
  readonly #token = randomUUID();
  readonly #committing = new Set<string>();
  readonly #fetching: Promise<void>;
  #hand: Chunk[] = [];
  #fetches = 0;
  #connection = 0;
  #dirty = true;
  #stopped = false;
  readonly #throttle = createThrottle(BUSY_FETCHES);
  readonly #drain = createDrainRate();
  /** Whether more waited than was fetched at once. */
  #behind = false;
  /** Whether somebody waits with nothing in hand. */
  #waited = false;
  #wake: () => void = () => {};
  #marker: Promise<void> | undefined;
  #interrupt: () => void = () => {};

  constructor(deps: ChunkConsumerDeps) {
    this.#deps = deps;
    this.#queue = openChunkQueue(deps.redis, deps.keys);
    this.#worker = openManualWorker(deps.redis, deps.keys);
    this.#deliveryAttempts = createDeliveryAttempts(deps.redis, deps.keys);
    deps.redis.on('close', this.#onClose);
    this.#fetching = this.#fetchUntilStopped();
  }

  /** Waits for chunks and hands out the oldest ones, as many as `fits` accepts, at least one; none once stopped. */
  async take(fits: (taken: readonly Chunk[], next: Chunk) => boolean): Promise<Chunk[]> {
    while (!this.#stopped) {
      const taken = this.#takeFromHand(fits);
      if (taken.length > 0) {
        this.#waited = false;
        return taken;
      }
      this.#waited = true;
      this.#throttle.hurry();
      await Promise.race([new Promise<void>((resolve) => (this.#wake = resolve)), delay(IDLE_MS)]);
    }
    return [];
  }

  /** Takes chunks out of the queue whose commands are committed and published. */
  async complete(chunks: readonly Chunk[]): Promise<void> {
    const ids = chunks.map(({ id }) => id);
    const jobs = chunks.map(({ job }) => job);
    const more = this.#behind || countCommands(this.#hand) >= BATCH_COMMANDS_MAX;
    const rate = this.#drain.done(countCommands(chunks), more);
    const [, ...results] = await Promise.allSettled([
      // Goes first, so that it finds the jobs. Should it fail, whoever watches the queues puts the count right.
      lowerBacklog(this.#deps.redis, this.#queue, jobs, rate),
      ...jobs.map((job) => job.moveToCompleted('', job.token ?? '', false)),
    ]);
    for (const id of ids) this.#committing.delete(id);
    const fault = results.find((result) => result.status === 'rejected');
    if (fault) {
      // Already out of the queue (the command was sent twice), or reclaimed: the queue itself tells which.
      this.#deps.log.warn(
        { err: fault.reason, shard: this.#deps.keys.shard },
        'completing chunks failed',
      );
      this.#dirty = true;
    }
    await this.#deliveryAttempts.forget(ids);
  }

  /** Hands out and fetches no more; what is in hand stays there until `stop`. */
  halt(): void {
    this.#stopped = true;
    this.#wake();
    this.#throttle.hurry();
    this.#interrupt();
  }

  /** Fetches no more. With `giveBack` (the lock is held, nothing is in a commit) all in hand goes back to the front. */
  async stop({ giveBack }: { giveBack: boolean }): Promise<void> {
    this.halt();
    this.#deps.redis.off('close', this.#onClose);
    await this.#fetching;
    if (giveBack) await reclaimActive({ ...this.#deps, queue: this.#queue }, new Set());
    await this.#worker.close(true);
    await this.#queue.close();
  }

  readonly #onClose = (): void => {
    this.#connection += 1;
    this.#dirty = true;
    this.#interrupt();
  };

  async #fetchUntilStopped(): Promise<void> {
    const { log } = this.#deps;
    const { shard } = this.#deps.keys;
    let faults = 0;
    while (!this.#stopped) {
      try {
        if (await this.#step()) faults = 0;
      } catch (error) {
        this.#dirty = true;
        // A Redis that is full stays so for a while: one line is enough, and asking it all the time wears it out.
        if (!this.#stopped && faults === 0)
          log.warn({ err: error, shard }, 'fetching chunks failed');
        await delay(Math.min(IDLE_MS * 2 ** faults++, FAULT_MS_MAX));
      }
    }
  }

  /** Does what is next; true where that was a fetch. */
  async #step(): Promise<boolean> {
    const { redis, mayFetch } = this.#deps;
    if (redis.status !== 'ready' || !mayFetch()) await delay(IDLE_MS);
    else if (this.#dirty) await this.#makeClean();
    else if (countCommands(this.#hand) >= HAND_COMMANDS_MAX) await delay(1);
    // A fetch costs the same however little it brings: full ones are spaced out, until somebody waits for the next.
    else if (!this.#waited && this.#throttle.left() > 0) await this.#throttle.next();
    else {
      await this.#fetch();
      return true;
    }
    return false;
  }

  async #makeClean(): Promise<void> {
    const { redis, log, keys } = this.#deps;
    const seen = this.#connection;
    this.#hand = [];
    const { returned, takeover } = await reclaimActive(
      { ...this.#deps, queue: this.#queue },
      this.#committing,
    );
    await this.#deliveryAttempts.read();
    if (returned.length > 0) {
      const { shard } = keys;
      log.info({ shard, chunks: returned.length, takeover }, 'returned active chunks to the queue');
    }
    if (await isMiscounted(redis, this.#queue)) await recountBacklog(redis, this.#queue);
    this.#dirty = seen !== this.#connection;
  }

  async #fetch(): Promise<void> {
    const { redis, mayFetch } = this.#deps;
    await this.#deliveryAttempts.look();
    const waiting = await redis.llen(this.#queue.toKey('wait'));
    if (waiting === 0) {
      this.#behind = false;
      await this.#queued();
      return;
    }
    if (!mayFetch()) return;
    const seen = this.#connection;
    const count = Math.min(FETCH_CHUNKS_MAX, waiting);
    const next = () =>
      this.#worker.getNextJob(`${this.#token}:${this.#fetches++}`, { block: false });
    const jobs = (await Promise.all(Array.from({ length: count }, next))).filter(
      (job) => job !== undefined,
    );
    const active = await redis.lrange(this.#queue.toKey('active'), 0, -1);
    if (this.#dirty || seen !== this.#connection) return;
    if (this.#foreignAmong(active, jobs)) {
      this.#dirty = true;
      return;
    }
    const chunks = jobs.map((job) => this.#toChunk(job));
    this.#hand.push(...chunks);
    // Where more waits than was fetched at once there is no need to let it become more.
    this.#behind = count < waiting;
    if (!this.#behind) this.#throttle.began(countCommands(chunks));
    this.#wake();
  }

  /**
   * Waits until something is queued, for a second at most. Only a wake-up: the chunk itself is fetched after the lock has
   * been looked at again. It is not waited for when the connection breaks or the consumer halts: a command whose connection is
   * closed while it reconnects stays unsettled for ever.
   */
  async #queued(): Promise<void> {
    this.#marker ??= awaitMarker(this.#deps.blocking, this.#queue.toKey('marker')).finally(() => {
      this.#marker = undefined;
    });
    const marker = this.#marker;
    // Not a race with one promise for all interruptions: that would keep a reaction for every wait there ever was.
    await new Promise<void>((resolve, reject) => {
      this.#interrupt = resolve;
      marker.then(() => resolve(), reject);
    });
  }

  #foreignAmong(active: readonly string[], fetched: readonly Job[]): boolean {
    const ours = new Set([
      ...this.#committing,
      ...this.#hand.map(({ id }) => id),
      ...fetched.map((job) => job.id),
    ]);
    const foreign = active.some((id) => !ours.has(id));
    if (foreign)
      this.#deps.log.warn(
        { shard: this.#deps.keys.shard },
        'chunks were taken without the lock; reordering',
      );
    return foreign;
  }

  #toChunk(job: Job<ChunkData>): Chunk {
    const id = String(job.id);
    const alone = this.#deliveryAttempts.deaths(id) >= ORPHANINGS_BEFORE_ALONE;
    const { readerLevel } = this.#deps;
    return { id, job, alone, ...(isDamaged(job) ? DAMAGED : decodeChunk(job.data, readerLevel)) };
  }

  #takeFromHand(fits: (taken: readonly Chunk[], next: Chunk) => boolean): Chunk[] {
    const taken: Chunk[] = [];
    while (!this.#dirty && this.#hand[0] && (taken.length === 0 || fits(taken, this.#hand[0]))) {
      taken.push(this.#hand.shift() as Chunk);
    }
    for (const { id } of taken) this.#committing.add(id);
    return taken;
  }
}

function countCommands(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { commands }) => sum + (commands?.length ?? 1), 0);
}
