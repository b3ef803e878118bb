import type { Redis } from 'ioredis';
import { decodeChunk } from '../contract/chunk.ts';
import type { Command } from '../contract/command.ts';
import { asideKey, type ShardKeys } from '../runtime/keys.ts';
import { QUEUE_NAME } from './chunk-queue.ts';

/** Chunks whose data is read at once. */
const PAGE = 20;

/** Commands that are accepted and in no ledger yet, as far as anybody knows: a chunk that waits, is active, or was set aside. */
export type QueuedChunk = { id: string; commands: readonly Command[] };

/** How many chunks `readQueue` would read. */
export async function countAccepted(redis: Redis, keys: ShardKeys): Promise<number> {
  const { active, wait, aside } = await listChunks(redis, keys);
  return active.length + wait.length + aside.size;
}

/**
 * Reads a shard's queue page by page. Where a chunk was is asked for in one transaction, so that none is missed that moves from
 * one place to another; one that is gone when its data is read is in Postgres by then.
 */
export async function* readQueue(redis: Redis, keys: ShardKeys): AsyncGenerator<QueuedChunk> {
  const { active, wait, aside } = await listChunks(redis, keys);
  for (const [id, text] of aside) yield { id, commands: commandsIn(readData(text)) };
  const ids = [...active, ...wait];
  for (let from = 0; from < ids.length; from += PAGE) {
    const page = ids.slice(from, from + PAGE);
    const texts = await Promise.all(
      page.map((id) => redis.hget(`${keys.tag}:${QUEUE_NAME}:${id}`, 'data')),
    );
    for (const [i, text] of texts.entries())
      yield { id: page[i] ?? '', commands: commandsIn(text) };
  }
}

async function listChunks(redis: Redis, keys: ShardKeys) {
  const queue = `${keys.tag}:${QUEUE_NAME}`;
  const replies = await redis
    .multi()
    .lrange(`${queue}:active`, 0, -1)
    .lrange(`${queue}:wait`, 0, -1)
    .hgetall(asideKey(keys))
    .exec();
  const [active, wait, aside] = (replies ?? []).map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
  return {
    active: active as string[],
    wait: wait as string[],
    aside: new Map(Object.entries(aside as Record<string, string>)),
  };
}

/** The data of what was set aside stands in a wrapper. */
function readData(text: string): string | null {
  try {
    return JSON.stringify((JSON.parse(text) as { data: unknown }).data) ?? null;
  } catch {
    return null;
  }
}

function commandsIn(text: string | null): readonly Command[] {
  if (text === null) return [];
  try {
    return decodeChunk(JSON.parse(text))?.commands ?? [];
  } catch {
    return [];
  }
}
