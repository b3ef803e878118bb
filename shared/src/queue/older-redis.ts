import type { Redis } from 'ioredis';
import { headsKey, mendingKey, recordKey, type ShardKeys } from '../runtime/keys.ts';
import { shardOf } from '../runtime/shard.ts';
import { forgetOutcomes } from './forget-outcomes.ts';
import { restoreRecords } from './restore-records.ts';

/** The newest transaction that a client sent in a ledger, and the sequence of the ledger's last one. */
export type NewestPosted = { ledgerUid: string; ledger: string; sequence: number; id: string };

/** For so long a process that mends is taken to be alive after it said so last. */
const MENDING_MS = 15_000;

/**
 * Finds out whether Redis went back to an older state than the database: it was restored from a copy, or failed over to a
 * replica that lacked the last writes. It shows by a ledger that has more posted than Redis has seen, where Redis has no
 * record of the newest: had its commit not been published yet, the record would say `queued`.
 *
 * Where it did, all that the shard remembers of outcomes and balances is of then, and is forgotten; what waits in its queue is
 * kept. For as long as records would have lived, ids without one are in doubt. `newest` was read before. Returns the shards
 * that were mended; throws while another process is at it.
 */
export async function mendOlderRedis(
  redis: Redis,
  shards: readonly ShardKeys[],
  newest: readonly NewestPosted[],
): Promise<number[]> {
  const [first] = shards;
  if (!first || (await findBehind(redis, shards, newest)).length === 0) return [];
  const lock = mendingKey(first.installation);
  if ((await redis.set(lock, 1, 'PX', MENDING_MS, 'NX')) === null)
    throw new Error('Redis is older than the database: another process makes it forget that state');
  // It may have been mended since it was looked at.
  const behind = await findBehind(redis, shards, newest);
  const found = new Map(behind.map(({ keys }) => [keys.shard, keys]));
  for (const keys of found.values()) {
    await forgetOutcomes(redis, keys, async () => {
      await redis.pexpire(lock, MENDING_MS);
    });
    await restoreRecords(redis, keys, { used: true });
  }
  // Now it has seen them.
  for (const { keys, ledgerUid, sequence } of behind)
    await redis.hset(headsKey(keys), ledgerUid, sequence);
  await redis.del(lock);
  return [...found.keys()];
}

/** The ledgers of which Redis knows less than the database. */
async function findBehind(
  redis: Redis,
  shards: readonly ShardKeys[],
  newest: readonly NewestPosted[],
): Promise<(NewestPosted & { keys: ShardKeys })[]> {
  const asked = newest.map((posted) => {
    const keys = shards[shardOf(posted.ledger, shards.length)] as ShardKeys;
    return { ...posted, keys };
  });
  const reading = redis.pipeline();
  for (const { keys, ledgerUid, id } of asked)
    reading.hget(headsKey(keys), ledgerUid).exists(recordKey(keys, ledgerUid, id));
  const replies = ((await reading.exec()) ?? []).map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
  // Of a ledger of which Redis has seen nothing it cannot be told: `adopt` makes it forget, and so does this.
  return asked.filter(({ sequence }, n) => {
    const [seen, records] = [replies[2 * n], replies[2 * n + 1]];
    return seen !== null && Number(seen) < sequence && records === 0;
  });
}
