import type { Redis } from 'ioredis';
import type { ChunkData } from '../contract/chunk.ts';
import { asideKey } from '../runtime/keys.ts';
import { addChunk, openChunkQueue } from './chunk-queue.ts';

/** A chunk that was set aside: its data as it was in the queue. */
export type AsideChunk = { id: string; reason: string; since: string; data: unknown };

/** Keeps a chunk that cannot be worked on where an operator sees it. The caller then takes it out of the queue. */
export async function setAside(
  redis: Redis,
  shard: number,
  chunk: Omit<AsideChunk, 'since'>,
): Promise<void> {
  const { id, reason, data } = chunk;
  await redis.hset(
    asideKey(shard),
    id,
    JSON.stringify({ reason, since: new Date().toISOString(), data }),
  );
}

/** All chunks of a shard that were set aside. */
export async function readAside(redis: Redis, shard: number): Promise<AsideChunk[]> {
  const all: Record<string, string> = await redis.hgetall(asideKey(shard));
  return Object.entries(all).map(([id, text]) => ({
    id,
    ...(JSON.parse(text) as Omit<AsideChunk, 'id'>),
  }));
}

/**
 * Puts a chunk that was set aside at the back of its queue again. Interrupted, it may be tried again: a chunk is queued once
 * under its id. False where no such chunk was set aside.
 */
export async function retryAside(redis: Redis, shard: number, chunkId: string): Promise<boolean> {
  const chunk = (await readAside(redis, shard)).find(({ id }) => id === chunkId);
  if (!chunk) return false;
  const queue = openChunkQueue(redis, shard);
  await addChunk(queue, chunkId, chunk.data as ChunkData);
  await redis.hdel(asideKey(shard), chunkId);
  await queue.close();
  return true;
}
