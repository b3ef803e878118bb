import type { Redis } from 'ioredis';

const PAGE = 1_000;

/** Keys by a pattern, page by page, while others go on. A key that stays is named at least once. */
export async function* scanKeys(redis: Redis, pattern: string): AsyncGenerator<string[]> {
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', PAGE);
    if (keys.length > 0) yield keys;
    cursor = next;
  } while (cursor !== '0');
}

/** Deletes keys by a pattern; returns how many. */
export async function unlinkKeys(redis: Redis, pattern: string): Promise<number> {
  let count = 0;
  for await (const keys of scanKeys(redis, pattern)) count += await redis.unlink(...keys);
  return count;
}
