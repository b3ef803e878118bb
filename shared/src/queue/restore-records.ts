import type { Redis } from 'ioredis';
import { IDEMPOTENCY_WINDOW_SECONDS } from '../contract/limits.ts';
import { encodeQueued } from '../contract/status-record.ts';
import { headsKey, intactKey, recordKey, type ShardKeys } from '../runtime/keys.ts';
import { toMilliseconds } from '../runtime/redis-time.ts';
import { readQueue } from './read-queue.ts';

/** Restores the records of a shard; those who want it at the same time share it. */
export type RecordsRestorer = (keys: ShardKeys) => Promise<void>;

export function createRecordsRestorer(redis: Redis): RecordsRestorer {
  const underWay = new Map<number, Promise<unknown>>();
  return async (keys) => {
    const { shard } = keys;
    await underWay.getOrInsertComputed(shard, () =>
      restoreRecords(redis, keys).finally(() => underWay.delete(shard)),
    );
  };
}

/**
 * Writes the records of all commands that are accepted and not posted yet, where they are missing, and then notes that none is.
 * One that is posted in between may be left with a record that says queued: whoever reads such a one asks Postgres too. What is
 * posted already is not restored here: for as long as its records would have lived, ids without one are in doubt, unless nothing
 * was posted in the shard yet. `used` says that something may have been. Returns how many were written.
 */
export async function restoreRecords(
  redis: Redis,
  keys: ShardKeys,
  { used = false } = {},
): Promise<number> {
  let restored = 0;
  for await (const { id: chunk, commands } of readQueue(redis, keys)) {
    const writing = redis.pipeline();
    for (const { ledgerUid, id, kind, acceptedAt, fingerprint } of commands) {
      const line = encodeQueued({ kind, acceptedAt, fingerprint, chunk });
      writing.set(recordKey(keys, ledgerUid, id), line, 'NX');
    }
    for (const [error, reply] of (await writing.exec()) ?? []) {
      if (error) throw error;
      if (reply === 'OK') restored += 1;
    }
  }
  const doubt = used || (await redis.exists(headsKey(keys))) > 0;
  await redis.set(
    intactKey(keys),
    doubt ? toMilliseconds(await redis.time()) + IDEMPOTENCY_WINDOW_SECONDS * 1_000 : 0,
  );
  return restored;
}

/** How the records of a shard are: all there; or those of what waits are lost; or those of what is posted may be. */
export type RecordsState = 'intact' | 'lost' | 'doubtful';

export async function recordsState(redis: Redis, keys: ShardKeys): Promise<RecordsState> {
  const [until, time] = await Promise.all([redis.get(intactKey(keys)), redis.time()]);
  if (until === null) return 'lost';
  return Number(until) > toMilliseconds(time) ? 'doubtful' : 'intact';
}
