import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import { haltForLoss } from '@razao/shared/runtime/lost-postings.ts';
import { readStoredHeads } from '@razao/sql/heads.ts';
import type { Redis } from 'ioredis';
import type { LockSession } from '../leadership/lock-session.ts';

/** Looks whether the database that a session reached has all that was posted before; says whether it has not, and halts then. */
export type AgeCheck = (session: LockSession, keys: ShardKeys) => Promise<boolean>;

/**
 * Halts the whole installation where the database is at an older position than what was posted before the eyes of this Redis.
 * Every shard is looked at before any is worked on: what was posted meanwhile would be lost where the operator chooses another
 * server. Of a server on which all were complete, a shard is looked at again when its lock changes hands.
 */
export function createAgeCheck({
  redis,
  shards,
  log,
}: {
  redis: Redis;
  shards: readonly ShardKeys[];
  log: Logger;
}): AgeCheck {
  let complete = '';
  return async (session, mine) => {
    const looked = complete === session.server ? [mine] : shards;
    const { installation } = session.bond;
    const readStored = (uids: readonly string[]) => readStoredHeads(session, uids);
    const { fault, lost } = await haltForLoss(redis, looked, installation, readStored);
    if (fault === null) complete = session.server;
    else log.fatal({ ledgers: lost.slice(0, 10) }, fault);
    return fault !== null;
  };
}
