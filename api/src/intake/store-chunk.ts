import { toChunk } from '@razao/shared/contract/chunk.ts';
import type { Backlog } from '@razao/shared/queue/backlog/backlog.ts';
import {
  type Admission,
  addClaimed,
  addWithRecords,
  type ChunkQueue,
  type Claim,
  newChunkId,
} from '@razao/shared/queue/chunk-queue.ts';
import { type RecordsRestorer, recordsState } from '@razao/shared/queue/restore-records.ts';
import type { Clock } from '@razao/shared/runtime/clock.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import { killPoint } from '@razao/shared/runtime/kill-point.ts';
import type { Redis } from 'ioredis';
import { tooLate } from './answer-chunk.ts';
import { type ClaimDeps, claimIds, toClaim, type Verdict, withdrawIds } from './claim-ids.ts';
import type { Gathered, Pending } from './gather.ts';
import { type Plan, planChunk } from './plan.ts';
import type { Recall } from './recall.ts';

const FRESH: Verdict = { fresh: true };

export type StoreDeps = {
  redis: Redis;
  queue: ChunkQueue;
  keys: ShardKeys;
  restore: RecordsRestorer;
  recall: Recall;
  clock: Pick<Clock, 'now'>;
  /** By Redis's clock, in ms since the epoch. */
  deadline: number;
};

/** `backlog`: what waited before, where that was looked at. */
export type Stored = { chunkId: string; plan: Plan; backlog: Backlog | null };

/**
 * Makes a chunk durable, after which its callers may be answered. As a rule none of its ids has a record, and one call admits
 * them and enqueues it. Where one has, the ids are admitted one by one first, and what is left of the chunk is enqueued after.
 * Throws `unavailable` where the chunk came to Redis after the deadline: then nothing of it is there.
 */
export async function storeChunk(
  deps: StoreDeps,
  chunk: readonly Pending[],
  gathered: Gathered,
): Promise<Stored> {
  let atOnce = await storeAtOnce(deps, chunk, gathered);
  const state = atOnce?.admission ?? (await recordsState(deps.redis, deps.keys));
  if (state === 'lost' || state === 'doubtful') {
    // Before anything is let in: an id of this chunk may wait already, or be posted, and nobody would know.
    if (state === 'lost') await deps.restore(deps.keys);
    const left = state === 'lost' ? await recordsState(deps.redis, deps.keys) : state;
    if (left === 'doubtful') await deps.recall(deps.keys, gathered.firsts);
    atOnce = await storeAtOnce(deps, chunk, gathered, { recalled: true });
  }
  if (atOnce?.admission === 'added') return atOnce;
  const chunkId = newChunkId();
  const claim = { ...deps, chunkId };
  const verdicts = await claimIds(claim, gathered.firsts);
  killPoint('after-admit');
  const plan = planChunk(chunk, gathered, verdicts);
  if (plan.withdrawn.length > 0) await withdrawIds(claim, plan.withdrawn);
  if (plan.enqueued.length > 0) {
    const claims = claimsOf(claim, plan, gathered);
    const data = toChunk(plan.enqueued);
    const { redis, queue, keys, deadline } = deps;
    refuseLate(await addClaimed(redis, queue, { keys, claims, chunkId, data, deadline }));
    killPoint('after-add');
  }
  return { chunkId, plan, backlog: atOnce?.backlog ?? null };
}

/** Null where the chunk contradicts itself, so that not all of it may be enqueued. */
async function storeAtOnce(
  deps: StoreDeps,
  chunk: readonly Pending[],
  gathered: Gathered,
  { recalled = false } = {},
): Promise<(Stored & { admission: Admission }) | null> {
  const verdicts = gathered.firsts.map(() => FRESH);
  const plan = planChunk(chunk, gathered, verdicts);
  if (plan.refused.size > 0) return null;
  const chunkId = newChunkId();
  const { redis, queue, keys, deadline } = deps;
  const claims = gathered.firsts.map((command) => toClaim({ keys, chunkId }, command));
  const data = toChunk(plan.enqueued);
  const departure = { keys, claims, chunkId, data, deadline, recalled };
  const { admission, backlog } = await addWithRecords(redis, queue, departure);
  refuseLate(admission);
  if (admission === 'added') killPoint('after-add');
  return { chunkId, plan, backlog, admission };
}

function claimsOf(deps: ClaimDeps, { enqueued, verdicts }: Plan, { firsts }: Gathered): Claim[] {
  const known = new Map(firsts.map((command, place) => [command, verdicts[place]]));
  return enqueued.map((command) => {
    const verdict = known.get(command);
    const found = verdict && 'found' in verdict ? verdict.found : undefined;
    return { ...toClaim(deps, command), ...(found !== undefined && { found }) };
  });
}

function refuseLate(admission: Admission): void {
  if (admission === 'late') throw tooLate();
}
