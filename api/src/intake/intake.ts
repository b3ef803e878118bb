import type { Command } from '@razao/shared/contract/command.ts';
import {
  BUSY_FLUSHES,
  CHUNK_BYTES_MAX,
  CHUNK_COMMANDS_MAX,
  INTAKE_PENDING_MAX,
  QUEUE_DEPTH_AGE_MS_MAX,
} from '@razao/shared/contract/limits.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import { type ChunkQueue, openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { countQueued } from '@razao/shared/queue/depth.ts';
import type { RecordsRestorer } from '@razao/shared/queue/restore-records.ts';
import type { Clock } from '@razao/shared/runtime/clock.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { ApiMetrics } from '@razao/shared/runtime/metrics.ts';
import { createPace } from '@razao/shared/runtime/pace.ts';
import type { RedisGuard } from '@razao/shared/runtime/redis-guard.ts';
import type { Redis } from 'ioredis';
import { answerChunk, unavailable } from './answer-chunk.ts';
import {
  type Acceptance,
  type Contradiction,
  countCommands,
  gather,
  type Pending,
} from './gather.ts';
import type { MemoryWatch } from './memory-watch.ts';
import { stamp } from './stamp.ts';
import { storeChunk } from './store-chunk.ts';

export type IntakeDeps = {
  keys: ShardKeys;
  restore: RecordsRestorer;
  redis: Redis;
  guard: RedisGuard;
  memory: MemoryWatch;
  clock: Clock;
  metrics: ApiMetrics;
  /** Chunks waiting and active beyond which nothing is admitted. */
  chunksMax: number;
};

/**
 * Gathers a shard's commands while its previous flush is under way, and makes them durable together: one call admits their
 * ids and adds one job that carries the fresh ones. An idle intake flushes at once; full ones are spaced out by a few
 * milliseconds, or until enough wait. One flush at a time keeps the order in which callers are answered the order of the queue.
 */
export class Intake {
  readonly #deps: IntakeDeps;
  #pending: Pending[] = [];
  #commands = 0;
  #flushing = false;
  readonly #pace = createPace(BUSY_FLUSHES);
  #queue: ChunkQueue | undefined;
  #depth = 0;
  #depthAt = Number.NEGATIVE_INFINITY;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves once the command is durable. Throws `overloaded` (nothing was stored) or `unavailable` (the outcome is unknown:
   * the client tries again with the same key). `bytes` is about the command's size.
   */
  accept(command: Command, bytes: number): Promise<Acceptance> {
    if (this.#commands >= INTAKE_PENDING_MAX) return Promise.reject(overloaded());
    return new Promise((resolve, reject) => {
      this.#add({ command, bulk: null, bytes, resolve, reject }, 1);
    });
  }

  /**
   * The same for a bulk of one ledger, which gets into one chunk as it is; its answers are in its order. Of an atomic one
   * (all its commands have the digest) nothing is accepted where an id of it stands for another command.
   */
  acceptBulk(bulk: readonly Command[], bytes: number): Promise<Acceptance[] | Contradiction> {
    if (this.#commands + bulk.length > INTAKE_PENDING_MAX) return Promise.reject(overloaded());
    return new Promise((resolve, reject) => {
      this.#add({ command: null, bulk, bytes, resolve, reject }, bulk.length);
    });
  }

  /** Waits until nothing is pending. */
  async drain(): Promise<void> {
    while (this.#flushing) await new Promise((resolve) => setImmediate(resolve));
  }

  #add(pending: Pending, commands: number): void {
    this.#pending.push(pending);
    this.#commands += commands;
    this.#deps.metrics.pending.inc(commands);
    if (this.#enough()) this.#pace.hurry();
    if (this.#flushing) return;
    this.#flushing = true;
    // Whatever else arrived with this turn of the event loop comes along.
    setImmediate(() => void this.#flushAll());
  }

  /** As many as a chunk needs to be worth its cost: there is nothing to wait for. */
  #enough(): boolean {
    return this.#commands >= BUSY_FLUSHES.enough;
  }

  async #flushAll(): Promise<void> {
    while (this.#pending.length > 0) {
      if (!this.#enough()) await this.#pace.next();
      const { chunk, commands } = this.#takeChunk();
      this.#pace.began(commands);
      const done = this.#deps.metrics.flushSeconds.startTimer();
      try {
        await this.#flush(chunk);
      } catch (error) {
        const problem = error instanceof Problem ? error : unavailable(error);
        // A Redis that did not answer is not waited for once more by those who came meanwhile.
        const refused = error instanceof Problem ? chunk : [...chunk, ...this.#takePending()];
        for (const { reject } of refused) reject(problem);
      }
      done();
    }
    this.#flushing = false;
  }

  #takeChunk(): { chunk: Pending[]; commands: number } {
    let bytes = 0;
    let count = 0;
    let commands = 0;
    for (const pending of this.#pending) {
      bytes += pending.bytes;
      const more = commands + countCommands(pending);
      if (count > 0 && (more > CHUNK_COMMANDS_MAX || bytes > CHUNK_BYTES_MAX)) break;
      commands = more;
      count += 1;
    }
    return { chunk: this.#takePending(count, commands), commands };
  }

  #takePending(count = this.#pending.length, commands = this.#commands): Pending[] {
    this.#commands -= commands;
    this.#deps.metrics.pending.dec(commands);
    return this.#pending.splice(0, count);
  }

  async #flush(chunk: readonly Pending[]): Promise<void> {
    const { redis, guard, memory, clock, keys, restore, metrics, chunksMax } = this.#deps;
    if (!guard.usable()) throw unavailable(guard.fault());
    const deadline = stamp(chunk, clock, await memory.time());
    this.#queue ??= openChunkQueue(redis, keys);
    if (performance.now() - this.#depthAt > QUEUE_DEPTH_AGE_MS_MAX)
      this.#noteDepth(await countQueued(redis, this.#queue));
    if (this.#depth >= chunksMax || memory.full()) throw overloaded();
    const gathered = gather(chunk);
    const deps = { redis, queue: this.#queue, keys, restore, clock, deadline };
    const stored = await storeChunk(deps, chunk, gathered);
    if (stored.depth !== null) this.#noteDepth(stored.depth);
    const { verdicts, plan, chunkId } = stored;
    if (plan.enqueued.length > 0) metrics.chunkCommands.observe(plan.enqueued.length);
    metrics.accepted.inc(answerChunk(chunk, gathered, verdicts, plan, chunkId));
  }

  #noteDepth(depth: number): void {
    this.#depth = depth;
    this.#depthAt = performance.now();
  }
}

function overloaded(): Problem {
  return new Problem(
    'overloaded',
    'more waits to be posted than is allowed; nothing was stored; try again later',
  );
}
