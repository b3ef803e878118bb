import type { Redis } from 'ioredis';
import { IDEMPOTENCY_WINDOW_SECONDS } from '../contract/limits.ts';
import { headsKey, intactKey, recordKey, type ShardKeys } from '../runtime/keys.ts';
import { toMilliseconds } from '../runtime/redis-time.ts';
import { shardOf } from '../runtime/shard.ts';

/** The newest transaction that a client sent in a ledger, and the sequence of the ledger's last one. */
export type NewestPosted = { ledgerUid: string; ledger: string; sequence: number; id: string };

/**
 * Finds out whether Redis went back to an older state than the database: it was restored from a copy, or failed over to a
 * replica that lacked the last writes. It shows by a ledger that has more posted than Redis has seen, where Redis has no
 * record of the newest: had its commit not been published yet, the record would say `queued`. From then on ids without a
 * record are in doubt in that shard, for as long as their records would have lived. `newest` was read before. Returns the
 * shards in doubt.
 */
export async function doubtRecords(
  redis: Redis,
  shards: readonly ShardKeys[],
  newest: readonly NewestPosted[],
): Promise<number[]> {
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
  const behind = asked.filter(
    ({ sequence }, n) => Number(replies[2 * n] ?? 0) < sequence && replies[2 * n + 1] === 0,
  );
  const found = new Map(behind.map(({ keys }) => [keys.shard, keys]));
  if (found.size === 0) return [];
  const until = toMilliseconds(await redis.time()) + IDEMPOTENCY_WINDOW_SECONDS * 1_000;
  // Where records were lost besides there is no mark, and none may come: they are restored first.
  for (const keys of found.values()) await redis.set(intactKey(keys), until, 'XX');
  return [...found.keys()];
}
