import { CHUNK_VERSION } from '@razao/shared/contract/chunk.ts';
import {
  addChunk,
  addWithRecords,
  type ChunkQueue,
  newChunkId,
} from '@razao/shared/queue/chunk-queue.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import { killPoint } from '@razao/shared/runtime/kill-point.ts';
import type { Redis } from 'ioredis';
import { claimIds, toClaim, type Verdict, withdrawIds } from './claim-ids.ts';
import type { Gathered, Pending } from './gather.ts';
import { type Plan, planChunk } from './plan.ts';

const FRESH: Verdict = { fresh: true };

export type StoreDeps = { redis: Redis; queue: ChunkQueue; keys: ShardKeys };

/** `depth`: how many chunks were queued before, where that was looked at. */
export type Stored = { chunkId: string; verdicts: Verdict[]; plan: Plan; depth: number | null };

/**
 * Makes a chunk durable, after which its callers may be answered. As a rule none of its ids has a record, and one call admits
 * them and enqueues it. Where one has, the ids are admitted one by one first, and what is left of the chunk is enqueued after.
 */
export async function storeChunk(
  deps: StoreDeps,
  chunk: readonly Pending[],
  gathered: Gathered,
): Promise<Stored> {
  const atOnce = await storeAtOnce(deps, chunk, gathered);
  if (atOnce?.added) return atOnce;
  const chunkId = newChunkId();
  const claim = { ...deps, chunkId };
  const verdicts = await claimIds(claim, gathered.firsts);
  killPoint('after-admit');
  const plan = planChunk(chunk, gathered, verdicts);
  if (plan.withdrawn.length > 0) await withdrawIds(claim, plan.withdrawn);
  if (plan.enqueued.length > 0) {
    await addChunk(deps.queue, chunkId, { v: CHUNK_VERSION, commands: plan.enqueued });
    killPoint('after-add');
  }
  return { chunkId, verdicts, plan, depth: atOnce?.depth ?? null };
}

/** Null where the chunk contradicts itself, so that not all of it may be enqueued. */
async function storeAtOnce(
  deps: StoreDeps,
  chunk: readonly Pending[],
  gathered: Gathered,
): Promise<(Stored & { added: boolean }) | null> {
  const verdicts = gathered.firsts.map(() => FRESH);
  const plan = planChunk(chunk, gathered, verdicts);
  if (plan.refused.size > 0) return null;
  const chunkId = newChunkId();
  const { redis, queue, keys } = deps;
  const claims = gathered.firsts.map((command) => toClaim({ keys, chunkId }, command));
  const data = { v: CHUNK_VERSION, commands: plan.enqueued } as const;
  const { added, depth } = await addWithRecords(redis, queue, claims, chunkId, data);
  if (added) killPoint('after-add');
  return { chunkId, verdicts, plan, depth, added };
}
