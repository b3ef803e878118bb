import { hash } from 'node:crypto';
import { type ChunkData, toChunk } from '@razao/shared/contract/chunk.ts';
import type { Command } from '@razao/shared/contract/command.ts';
import { addChunk, newChunkId, openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { readKeys } from '@razao/shared/runtime/bond.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import { transfer } from '@razao/shared/test/commands.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { SHARDS } from './lock-holder.ts';
import { withRedis } from './open-world.ts';

/** Puts a chunk into the queue of a ledger's shard past the API, whatever its data. Returns its id. */
export async function enqueue(stack: Stack, ledger: string, data: unknown): Promise<string> {
  const id = newChunkId();
  await withRedis(stack, async (redis) => {
    const shards = await readKeys(redis, SHARDS);
    const queue = openChunkQueue(redis, shards[shardOf(ledger, SHARDS)] as ShardKeys);
    await addChunk(queue, id, data as ChunkData);
    // Text is what BullMQ would not have written.
    if (typeof data === 'string') await redis.hset(queue.toKey(id), 'data', data);
    await queue.close();
  });
  return id;
}

export function chunkOf(commands: readonly Command[]): ChunkData {
  return toChunk(commands);
}

/** Commands of which each spends what the one before it brought: none can be posted before another. */
export function chain(ledgerUid: string, name: string, length: number): Command[] {
  return Array.from({ length }, (_, n) =>
    transfer(ledgerUid, n === 0 ? `world>${name}:0 1` : `${name}:${n - 1}>${name}:${n} 1`),
  );
}

/** Commands with another one in their middle. */
export function around(commands: readonly Command[], culprit: Command): Command[] {
  return commands.toSpliced(commands.length >> 1, 0, culprit);
}

/** A name that begins so, whose ledger belongs to a shard. */
export function nameOnShard(name: string, shard: number): string {
  for (let n = 0; ; n++) {
    const candidate = `${name}-${hash('md5', `${name} ${n}`).slice(0, 4)}`;
    if (shardOf(candidate, SHARDS) === shard) return candidate;
  }
}
