import type { ChunkData } from '@razao/shared/contract/chunk.ts';
import type { Command } from '@razao/shared/contract/command.ts';
import type { Redis } from 'ioredis';

/** The commands with these ids that wait in any queue, in its order. */
export async function queuedCommands(redis: Redis, ids: readonly string[]): Promise<Command[]> {
  const chunks = await queuedChunks(redis);
  return chunks.flatMap(({ commands }) => commands.filter(({ id }) => ids.includes(id)));
}

/** The chunks that wait, oldest first. */
export async function queuedChunks(redis: Redis): Promise<ChunkData[]> {
  const chunks: ChunkData[] = [];
  for (const list of (await redis.keys('*:chunks:wait')).sort()) {
    const prefix = list.slice(0, -'wait'.length);
    for (const id of (await redis.lrange(list, 0, -1)).reverse()) {
      const data = await redis.hget(`${prefix}${id}`, 'data');
      if (data !== null) chunks.push(JSON.parse(data) as ChunkData);
    }
  }
  return chunks;
}

/** Forgets the records of all transactions, as is done once they have been posted for long. */
export async function expireRecords(redis: Redis): Promise<void> {
  const keys = (await redis.keys('*')).filter((key) => key.includes('}:t:'));
  for (const key of keys) await (key.endsWith(':t:intact') ? redis.set(key, 0) : redis.del(key));
}

/** Loses every record and every balance, as Redis is allowed to. */
export async function loseRecords(redis: Redis): Promise<void> {
  const keys = (await redis.keys('*')).filter((key) => /}:[tb]:/.test(key));
  if (keys.length > 0) await redis.del(...keys);
}
