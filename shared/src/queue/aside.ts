import type { Redis } from 'ioredis';
import type { ChunkData } from '../contract/chunk.ts';
import { asideKey, type ShardKeys } from '../runtime/keys.ts';
import { defineScript, runScript } from '../runtime/script.ts';
import { addChunk, openChunkQueue } from './chunk-queue.ts';

/** A chunk that was set aside: its data as it was in the queue. */
export type AsideChunk = { id: string; reason: string; since: string; data: unknown };

/** Keeps a chunk that cannot be worked on where an operator sees it. The caller then takes it out of the queue. */
export async function setAside(
  redis: Redis,
  keys: ShardKeys,
  chunk: Omit<AsideChunk, 'since'>,
): Promise<void> {
  const { id, reason, data } = chunk;
  await redis.hset(
    asideKey(keys),
    id,
    JSON.stringify({ reason, since: new Date().toISOString(), data }),
  );
}

/** All chunks of a shard that were set aside, in the order in which they were. */
export async function readAside(redis: Redis, keys: ShardKeys): Promise<AsideChunk[]> {
  const all: Record<string, string> = await redis.hgetall(asideKey(keys));
  const chunks = Object.entries(all).map(([id, text]) => ({
    id,
    ...(JSON.parse(text) as Omit<AsideChunk, 'id'>),
  }));
  return chunks.sort((a, b) => (a.since + a.id < b.since + b.id ? -1 : 1));
}

/**
 * Forgets a chunk that was set aside, unless it was set aside anew since it was read.
 * KEYS: the shard's hash; ARGV: the chunk, what was read.
 */
const FORGET = defineScript(`
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
`);

/**
 * Puts a chunk that was set aside at the back of its queue again. Interrupted, it may be tried again: a chunk is queued once
 * under its id. False where no such chunk was set aside.
 */
export async function retryAside(redis: Redis, keys: ShardKeys, chunkId: string): Promise<boolean> {
  const key = asideKey(keys);
  const text = await redis.hget(key, chunkId);
  if (text === null) return false;
  const { data } = JSON.parse(text) as Pick<AsideChunk, 'data'>;
  const queue = openChunkQueue(redis, keys);
  try {
    await addChunk(queue, chunkId, data as ChunkData);
    // A worker may be faster and have set it aside again: that must stay.
    await runScript(redis, FORGET, [key], [chunkId, text]);
  } finally {
    await queue.close();
  }
  return true;
}
