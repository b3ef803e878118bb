import type { Command } from '@razao/shared/contract/command.ts';
import {
  BUSY_FLUSHES,
  CHUNK_BYTES_MAX,
  CHUNK_COMMANDS_MAX,
  INTAKE_PENDING_MAX,
} from '@razao/shared/contract/limits.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import { type ChunkQueue, openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import type { RecordsRestorer } from '@razao/shared/queue/restore-records.ts';
import type { Clock } from '@razao/shared/runtime/clock.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { ApiMetrics } from '@razao/shared/runtime/metrics.ts';
import type { RedisGuard } from '@razao/shared/runtime/redis-guard.ts';
import { createThrottle } from '@razao/shared/runtime/throttle.ts';
import type { Redis } from 'ioredis';
import { answerChunk, unavailable } from './answer-chunk.ts';
import { mayHaveMore } from './fair-part.ts';
import { Gate, type QueueMax } from './gate.ts';
import {
  type Acceptance,
  type Contradiction,
  countCommands,
  gather,
  ledgerOf,
  type Pending,
} from './gather.ts';
import type { MemoryWatch } from './memory-watch.ts';
import { overloaded } from './overloaded.ts';
import type { Recall } from './recall.ts';
import { stamp } from './stamp.ts';
import { storeChunk } from './store-chunk.ts';

export type IntakeDeps = {
  keys: ShardKeys;
  restore: RecordsRestorer;
  recall: Recall;
  redis: Redis;
  guard: RedisGuard;
  memory: MemoryWatch;
  clock: Clock;
  metrics: ApiMetrics;
  /** What may wait in the shard. */
  queueMax: QueueMax;
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
  readonly #throttle = createThrottle(BUSY_FLUSHES);
  /** Commands of each ledger among them. */
  readonly #ofLedger = new Map<string, number>();
  readonly #gate: Gate;
  #queue: ChunkQueue | undefined;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
    this.#gate = new Gate(deps.redis, deps.keys, deps.queueMax);
  }

  /**
   * Resolves once the command is durable. Throws `overloaded` (nothing was stored) or `unavailable` (the outcome is unknown:
   * the client tries again with the same key). `bytes` is about the command's size.
   */
  accept(command: Command, bytes: number): Promise<Acceptance> {
    return new Promise((resolve, reject) => {
      this.#add({ command, bulk: null, bytes, resolve, reject });
    });
  }

  /**
   * The same for a bulk of one ledger, which gets into one chunk as it is; its answers are in its order. Of an atomic one
   * (all its commands have the digest) nothing is accepted where an id of it stands for another command.
   */
  acceptBulk(bulk: readonly Command[], bytes: number): Promise<Acceptance[] | Contradiction> {
    return new Promise((resolve, reject) => {
      this.#add({ command: null, bulk, bytes, resolve, reject });
    });
  }

  /** Waits until nothing is pending. */
  async drain(): Promise<void> {
    while (this.#flushing) await new Promise((resolve) => setImmediate(resolve));
  }

  #add(pending: Pending): void {
    const ledger = ledgerOf(pending);
    if (!mayHaveMore(this.#ofLedger.get(ledger) ?? 0, this.#commands, INTAKE_PENDING_MAX)) {
      pending.reject(overloaded('as many writes of this ledger are being queued as may'));
      return;
    }
    this.#pending.push(pending);
    this.#count(pending, 1);
    if (this.#enough()) this.#throttle.hurry();
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
      if (!this.#enough()) await this.#throttle.next();
      const chunk = this.#takeChunk();
      this.#throttle.began(chunk.reduce((sum, pending) => sum + countCommands(pending), 0));
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

  #takeChunk(): Pending[] {
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
    return this.#takePending(count);
  }

  #takePending(count = this.#pending.length): Pending[] {
    const taken = this.#pending.splice(0, count);
    for (const pending of taken) this.#count(pending, -1);
    return taken;
  }

  /** Counts what begins to be pending, or ends. */
  #count(pending: Pending, sign: 1 | -1): void {
    const commands = sign * countCommands(pending);
    const ledger = ledgerOf(pending);
    const left = (this.#ofLedger.get(ledger) ?? 0) + commands;
    if (left > 0) this.#ofLedger.set(ledger, left);
    else this.#ofLedger.delete(ledger);
    this.#commands += commands;
    this.#deps.metrics.pending.inc(commands);
  }

  async #flush(chunk: readonly Pending[]): Promise<void> {
    const { redis, guard, memory, clock, keys, restore, recall, metrics } = this.#deps;
    if (!guard.usable()) throw unavailable(guard.fault());
    const deadline = stamp(chunk, clock, await memory.time());
    this.#queue ??= openChunkQueue(redis, keys);
    const full = memory.refusal();
    if (full) throw overloaded(full.fault, this.#gate.secondsFor(full.excess) ?? undefined);
    const { admitted, refused } = await this.#gate.judge(chunk);
    for (const [pending, problem] of refused) pending.reject(problem);
    if (admitted.length === 0) return;
    const gathered = gather(admitted);
    const deps = { redis, queue: this.#queue, keys, restore, recall, clock, deadline };
    const stored = await storeChunk(deps, admitted, gathered);
    if (stored.backlog !== null) this.#gate.note(stored.backlog, admitted);
    const { plan, chunkId } = stored;
    if (plan.enqueued.length > 0) metrics.chunkCommands.observe(plan.enqueued.length);
    metrics.accepted.inc(answerChunk(admitted, gathered, plan, chunkId));
  }
}
