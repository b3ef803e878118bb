import { allShardKeys, bondCopyKey } from '@razao/shared/runtime/keys.ts';
import { readShards } from '@razao/sql/shards.ts';
import type { Redis } from 'ioredis';
import { SHARDS_MAX } from '../shards/change-shards.ts';
import type { Stores } from './with-stores.ts';

/** How many shards there are, and whether the database is to be told so. */
export type ShardCount = { shards: number; tell: boolean };

/**
 * Redis says over how many shards its keys are spread, by the copies of its bond. The database only notes the number: one that
 * was restored to an instant before it was changed takes it over. A change that was interrupted stays one: all shards of before
 * and after are counted. Throws where neither knows.
 */
export async function countShards(
  { client, redis }: Stores,
  installation: string,
): Promise<ShardCount> {
  const stored = await readShards(client);
  const numbers = stored.split('>').map(Number);
  const spread = await readSpread(redis, installation);
  const changing = numbers.length > 1;
  if (spread > 0 && (!changing || spread === numbers[1]))
    return { shards: spread, tell: stored !== String(spread) };
  const shards = Math.max(...numbers);
  if (!(shards >= 1))
    throw new Error(
      'the database does not say how many shards there are: start an API or a worker',
    );
  return { shards, tell: false };
}

/** 0 where this Redis does not say it. */
async function readSpread(redis: Redis, installation: string): Promise<number> {
  const keys = allShardKeys(installation, SHARDS_MAX).map(bondCopyKey);
  const found = (await redis.mget(keys)).map((line) => line !== null);
  const count = found.indexOf(false);
  return found.lastIndexOf(true) < count ? count : 0;
}
