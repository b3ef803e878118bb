import type { Redis } from 'ioredis';
import { deadLettersKey, discardedKey, type ShardKeys } from '../runtime/keys.ts';
import { type Moved, moveDeadLetter } from './move-dead-letter.ts';

/** A chunk that was set aside: its data as it was in the queue. */
export type DeadLetter = { id: string; reason: string; since: string; data: unknown };

/** Keeps a chunk that cannot be worked on where an operator sees it. The caller then takes it out of the queue. */
export async function addDeadLetter(
  redis: Redis,
  keys: ShardKeys,
  chunk: Omit<DeadLetter, 'since'>,
): Promise<void> {
  const { id, reason, data } = chunk;
  await redis.hset(
    deadLettersKey(keys),
    id,
    JSON.stringify({ reason, since: new Date().toISOString(), data }),
  );
}

/** All chunks of a shard that were set aside, in the order in which they were. */
export async function readDeadLetters(redis: Redis, keys: ShardKeys): Promise<DeadLetter[]> {
  const all: Record<string, string> = await redis.hgetall(deadLettersKey(keys));
  const chunks = Object.entries(all).map(([id, text]) => ({ id, ...parseDeadLetter(text) }));
  return chunks.sort((a, b) => (a.since + a.id < b.since + b.id ? -1 : 1));
}

/** What is kept of a chunk that was set aside. */
export function parseDeadLetter(text: string): Omit<DeadLetter, 'id'> {
  return JSON.parse(text) as Omit<DeadLetter, 'id'>;
}

/**
 * Puts a chunk that was set aside at the back of its queue again, under its id, which the records in Redis name. While a job
 * of that id is in the queue (the rest of the chunk is not posted yet) nothing is changed.
 */
export function retryDeadLetter(redis: Redis, keys: ShardKeys, chunkId: string): Promise<Moved> {
  return moveDeadLetter(redis, keys, chunkId, (text) => ({
    queued: parseDeadLetter(text).data ?? null,
  }));
}

/** Those of the chunks that are aside, until a person has decided. */
export async function deadLetters(
  redis: Redis,
  keys: ShardKeys,
  chunkIds: readonly string[],
): Promise<Set<string>> {
  const ids = [...new Set(chunkIds)];
  const found = ids.length === 0 ? [] : await redis.hmget(deadLettersKey(keys), ...ids);
  return new Set(ids.filter((_, i) => found[i] !== null));
}

/** Whether a chunk was set aside, whatever a person has decided about it. */
export async function isDeadLetter(
  redis: Redis,
  keys: ShardKeys,
  chunkId: string,
): Promise<boolean> {
  const found = await Promise.all([
    redis.hexists(deadLettersKey(keys), chunkId),
    redis.hexists(discardedKey(keys), chunkId),
  ]);
  return found.includes(1);
}
