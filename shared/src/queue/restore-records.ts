import type { Redis } from 'ioredis';
import { encodeQueued } from '../contract/status-record.ts';
import { intactKey, recordKey, type ShardKeys } from '../runtime/keys.ts';
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
 * One that is posted in between may be left with a record that says queued: whoever reads such a one asks Postgres too.
 * Returns how many were written.
 */
export async function restoreRecords(redis: Redis, keys: ShardKeys): Promise<number> {
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
  await redis.set(intactKey(keys), '1');
  return restored;
}
