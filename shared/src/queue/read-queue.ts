import type { Redis } from 'ioredis';
import type { BareCommand } from '../contract/bare-command.ts';
import { salvage } from '../contract/salvage.ts';
import { deadLettersKey, discardedKey, type ShardKeys } from '../runtime/keys.ts';
import { QUEUE_NAME } from './chunk-queue.ts';

/** Chunks whose data is read at once. */
const PAGE = 20;

/**
 * Commands that are accepted and in no ledger yet, as far as anybody knows, and of each what its record needs: of a chunk that
 * waits (also to be rejected), is active, or was set aside. Chunks that are damaged, or that only a newer version understands,
 * are read as far as that goes.
 */
export type QueuedChunk = { id: string; commands: readonly BareCommand[] };

/** How many chunks `readQueue` would read. */
export async function countAccepted(redis: Redis, { tag, ...rest }: ShardKeys): Promise<number> {
  const queue = `${tag}:${QUEUE_NAME}`;
  const counts = await run<number>(
    redis
      .multi()
      .llen(`${queue}:active`)
      .llen(`${queue}:wait`)
      .hlen(deadLettersKey({ tag, ...rest })),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Reads a shard's queue page by page. Where a chunk was is asked for in one transaction, so that none is missed that moves from
 * one place to another; one that is gone when its data is read is in Postgres by then, or was discarded.
 */
export async function* readQueue(redis: Redis, keys: ShardKeys): AsyncGenerator<QueuedChunk> {
  const queue = `${keys.tag}:${QUEUE_NAME}`;
  const [active, wait, aside] = (await run(
    redis
      .multi()
      .lrange(`${queue}:active`, 0, -1)
      .lrange(`${queue}:wait`, 0, -1)
      .hgetall(deadLettersKey(keys)),
  )) as [string[], string[], Record<string, string>];
  for (const [id, text] of Object.entries(aside)) yield { id, commands: commandsIn(text, dataOf) };
  const ids = [...active, ...wait];
  for (let from = 0; from < ids.length; from += PAGE) {
    const page = ids.slice(from, from + PAGE);
    const texts = await Promise.all(page.map((id) => redis.hget(`${queue}:${id}`, 'data')));
    for (const [i, text] of texts.entries())
      yield { id: page[i] ?? '', commands: commandsIn(text) };
  }
}

/**
 * Reads what an operator has discarded, for good: it is in the ledger as rejected, or on its way there, unless the database
 * lacked the ledger.
 */
export async function* readDiscarded(redis: Redis, keys: ShardKeys): AsyncGenerator<QueuedChunk> {
  const discarded: Record<string, string> = await redis.hgetall(discardedKey(keys));
  for (const [field, text] of Object.entries(discarded)) {
    // One that was discarded more than once has more words.
    const [id = ''] = field.split(' ', 1);
    yield { id, commands: commandsIn(text, ({ aside }) => dataOf(aside as Wrapper)) };
  }
}

async function run<T>(transaction: ReturnType<Redis['multi']>): Promise<T[]> {
  return ((await transaction.exec()) ?? []).map(([error, reply]) => {
    if (error) throw error;
    return reply as T;
  });
}

/** What is kept of a chunk with its data. */
type Wrapper = Record<string, unknown>;

function dataOf({ data }: Wrapper): unknown {
  return data;
}

function commandsIn(
  text: string | null,
  unwrap = (kept: Wrapper): unknown => kept,
): readonly BareCommand[] {
  if (text === null) return [];
  try {
    return salvage(unwrap(JSON.parse(text) as Wrapper)).commands;
  } catch {
    return [];
  }
}
