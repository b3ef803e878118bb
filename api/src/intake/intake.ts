import type { Command } from '@razao/shared/contract/command.ts';
import {
  BUSY_FLUSHES,
  CHUNK_BYTES_MAX,
  CHUNK_COMMANDS_MAX,
  INTAKE_PENDING_MAX,
  QUEUE_DEPTH_AGE_MS_MAX,
} from '@razao/shared/contract/limits.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import type { StatusRecord } from '@razao/shared/contract/status-record.ts';
import {
  addChunk,
  type ChunkQueue,
  newChunkId,
  openChunkQueue,
} from '@razao/shared/queue/chunk-queue.ts';
import { countQueued } from '@razao/shared/queue/depth.ts';
import { killPoint } from '@razao/shared/runtime/kill-point.ts';
import type { ApiMetrics } from '@razao/shared/runtime/metrics.ts';
import { createPace } from '@razao/shared/runtime/pace.ts';
import type { RedisGuard } from '@razao/shared/runtime/redis-guard.ts';
import type { Redis } from 'ioredis';
import { claimIds, type Verdict } from './claim-ids.ts';
import type { MemoryWatch } from './memory-watch.ts';

/** `fresh`: accepted now, for the first time; else `record` is what is known of the write that came first. */
export type Acceptance = { fresh: boolean; record: StatusRecord };

type Pending = {
  command: Command;
  bytes: number;
  resolve(acceptance: Acceptance): void;
  reject(error: Error): void;
};

export type IntakeDeps = {
  shard: number;
  redis: Redis;
  guard: RedisGuard;
  memory: MemoryWatch;
  metrics: ApiMetrics;
  /** Chunks waiting and active beyond which nothing is admitted. */
  chunksMax: number;
};

/**
 * Gathers a shard's commands while its previous flush is under way, and makes them durable together: one call admits their
 * ids, one job carries the fresh ones. An idle intake flushes at once; full ones are spaced out by a few milliseconds. One flush at a time keeps the
 * order in which callers are answered the order of the queue.
 */
export class Intake {
  readonly #deps: IntakeDeps;
  #pending: Pending[] = [];
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
    if (this.#pending.length >= INTAKE_PENDING_MAX) return Promise.reject(overloaded());
    return new Promise((resolve, reject) => {
      this.#pending.push({ command, bytes, resolve, reject });
      this.#deps.metrics.pending.inc();
      if (this.#flushing) return;
      this.#flushing = true;
      // Whatever else arrived with this turn of the event loop comes along.
      setImmediate(() => void this.#flushAll());
    });
  }

  /** Waits until nothing is pending. */
  async drain(): Promise<void> {
    while (this.#flushing) await new Promise((resolve) => setImmediate(resolve));
  }

  async #flushAll(): Promise<void> {
    while (this.#pending.length > 0) {
      await this.#pace.next();
      const chunk = this.#takeChunk();
      this.#pace.began(chunk.length);
      this.#deps.metrics.pending.dec(chunk.length);
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
    for (const pending of this.#pending) {
      bytes += pending.bytes;
      if (count > 0 && (count >= CHUNK_COMMANDS_MAX || bytes > CHUNK_BYTES_MAX)) break;
      count += 1;
    }
    return this.#pending.splice(0, count);
  }

  #takePending(): Pending[] {
    this.#deps.metrics.pending.dec(this.#pending.length);
    return this.#pending.splice(0);
  }

  async #flush(chunk: readonly Pending[]): Promise<void> {
    const { redis, guard, memory, shard, metrics, chunksMax } = this.#deps;
    if (!guard.usable()) throw unavailable(guard.fault());
    this.#queue ??= openChunkQueue(redis, shard);
    if (performance.now() - this.#depthAt > QUEUE_DEPTH_AGE_MS_MAX)
      await this.#readDepth(this.#queue);
    if (this.#depth >= chunksMax || memory.full()) throw overloaded();
    const chunkId = newChunkId();
    const firsts = firstOfEach(chunk.map(({ command }) => command));
    // The depth is read along with each flush, for the next one.
    const [verdicts] = await Promise.all([
      claimIds({ redis, queue: this.#queue, shard, chunkId }, firsts),
      this.#readDepth(this.#queue),
    ]);
    killPoint('after-admit');
    const commands = firsts.filter((_, i) => isFresh(verdicts[i]));
    if (commands.length > 0) {
      await addChunk(this.#queue, chunkId, { v: 1, commands });
      killPoint('after-add');
      metrics.chunkCommands.observe(commands.length);
      metrics.accepted.inc(commands.length);
    }
    answer(chunk, firsts, verdicts, chunkId);
  }

  async #readDepth(queue: ChunkQueue): Promise<void> {
    this.#depth = await countQueued(this.#deps.redis, queue);
    this.#depthAt = performance.now();
  }
}

function firstOfEach(commands: readonly Command[]): Command[] {
  const firsts = new Map<string, Command>();
  for (const command of commands)
    if (!firsts.has(idOf(command))) firsts.set(idOf(command), command);
  return [...firsts.values()];
}

/** The first caller of a fresh id is told so; whoever sent the same id in the same chunk replays that one. */
function answer(
  chunk: readonly Pending[],
  firsts: readonly Command[],
  verdicts: readonly Verdict[],
  chunkId: string,
) {
  const known = new Map(
    firsts.map((command, i) => [idOf(command), { command, verdict: verdicts[i] as Verdict }]),
  );
  for (const { command, resolve, reject } of chunk) {
    const { command: first, verdict } = known.get(idOf(command)) as {
      command: Command;
      verdict: Verdict;
    };
    if ('contested' in verdict) {
      reject(unavailable('another command with this key is being accepted'));
      continue;
    }
    const record: StatusRecord = verdict.fresh
      ? {
          status: 'queued',
          kind: first.kind,
          acceptedAt: first.acceptedAt,
          fingerprint: first.fingerprint,
          chunk: chunkId,
        }
      : verdict.record;
    resolve({ fresh: verdict.fresh && first === command, record });
  }
}

function isFresh(verdict: Verdict | undefined): boolean {
  return verdict !== undefined && 'fresh' in verdict && verdict.fresh;
}

function idOf(command: Command): string {
  return `${command.ledgerId}/${command.id}`;
}

function overloaded(): Problem {
  return new Problem(
    'overloaded',
    'more waits to be posted than is allowed; nothing was stored; try again later',
  );
}

function unavailable(cause: unknown): Problem {
  return new Problem('unavailable', 'the queue does not answer: try again with the same key', {
    cause,
  });
}
