import { haltKey, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import type { Redis } from 'ioredis';
import type { LockSession } from '../commit/lock-session.ts';
import { findLostPostings } from './find-lost-postings.ts';

/** Looks whether the database that a session reached has all that was posted before; says whether it has not, and halts then. */
export type AgeCheck = (session: LockSession, keys: ShardKeys) => Promise<boolean>;

/**
 * Halts the whole installation, for an operator to decide, where the database is at an older position than what was posted before
 * the eyes of this Redis: it was restored, or failed over to a server that lacked the last commits. Every shard is looked
 * at before any is worked on: what was posted meanwhile would be lost where the operator chooses another server. Of a server on
 * which all were complete, a shard is looked at again when its lock changes hands.
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

  async function refuses(session: LockSession, keys: ShardKeys): Promise<boolean> {
    const ask = (statement: Parameters<LockSession['query']>[0], values: unknown[]) =>
      session.query<{ uid: string; sequence: string }>(statement, values);
    const [first, ...others] = await findLostPostings(ask, redis, keys);
    if (!first) return false;
    const text = `the database is older than what was posted: ledger ${first.ledgerUid} was at ${first.seen} and is at ${first.stored ?? 'nothing'}, ${others.length} more like it in shard ${keys.shard}`;
    log.fatal({ shard: keys.shard, ledgers: [first, ...others].slice(0, 10) }, text);
    await redis.set(haltKey(session.bond.installation), text, 'NX');
    return true;
  }

  return async (session, mine) => {
    const others = complete === session.server ? [] : shards.filter((keys) => keys !== mine);
    for (const keys of [mine, ...others]) if (await refuses(session, keys)) return true;
    complete = session.server;
    return false;
  };
}
