import type { Redis } from 'ioredis';
import { asideKey, discardedKey, type ShardKeys } from '../runtime/keys.ts';
import { type Moved, moveAside } from './move-aside.ts';

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
  const chunks = Object.entries(all).map(([id, text]) => ({ id, ...parseAside(text) }));
  return chunks.sort((a, b) => (a.since + a.id < b.since + b.id ? -1 : 1));
}

/** What is kept of a chunk that was set aside. */
export function parseAside(text: string): Omit<AsideChunk, 'id'> {
  return JSON.parse(text) as Omit<AsideChunk, 'id'>;
}

/**
 * Puts a chunk that was set aside at the back of its queue again, under its id, which the records in Redis name. While a job
 * of that id is in the queue (the rest of the chunk is not posted yet) nothing is changed.
 */
export function retryAside(redis: Redis, keys: ShardKeys, chunkId: string): Promise<Moved> {
  return moveAside(redis, keys, chunkId, (text) => ({ queued: parseAside(text).data ?? null }));
}

/** Those of the chunks that are aside, until a person has decided. */
export async function chunksAside(
  redis: Redis,
  keys: ShardKeys,
  chunkIds: readonly string[],
): Promise<Set<string>> {
  const ids = [...new Set(chunkIds)];
  const found = ids.length === 0 ? [] : await redis.hmget(asideKey(keys), ...ids);
  return new Set(ids.filter((_, i) => found[i] !== null));
}

/** Whether a chunk was set aside, whatever a person has decided about it. */
export async function wasSetAside(
  redis: Redis,
  keys: ShardKeys,
  chunkId: string,
): Promise<boolean> {
  const found = await Promise.all([
    redis.hexists(asideKey(keys), chunkId),
    redis.hexists(discardedKey(keys), chunkId),
  ]);
  return found.includes(1);
}
