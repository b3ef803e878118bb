import { haltKey, headsKey, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import { loadCommand } from '@razao/sql/load.ts';
import type { Redis } from 'ioredis';
import { arrayLiteral } from '../commit/array-literal.ts';
import type { LockSession } from '../commit/lock-session.ts';

const readHeads = loadCommand('read_heads');
const PAGE = 5_000;

/** A ledger of which Redis has seen more posted than the database has; `stored` is null where that lacks the ledger. */
export type LostPostings = { ledgerUid: string; seen: number; stored: number | null };

type Deps = { redis: Redis; keys: ShardKeys; log: Logger };

/**
 * Halts the whole installation, for an operator to decide, where the database is at an older position than what was posted before
 * the eyes of this Redis: it was restored, or failed over to a server that lacked the last commits. Returns whether it did.
 */
export async function refuseOlderDatabase(session: LockSession, deps: Deps): Promise<boolean> {
  const [first, ...others] = await findLostPostings(session, deps);
  if (!first) return false;
  const { redis, keys, log } = deps;
  const text = `the database is older than what was posted: ledger ${first.ledgerUid} was at ${first.seen} and is at ${first.stored ?? 'nothing'}, ${others.length} more like it in shard ${keys.shard}`;
  log.fatal({ shard: keys.shard, ledgers: [first, ...others].slice(0, 10) }, text);
  await redis.set(haltKey(session.bond.installation), text, 'NX');
  return true;
}

async function findLostPostings(
  session: LockSession,
  { redis, keys }: Deps,
): Promise<LostPostings[]> {
  const heads: Record<string, string> = await redis.hgetall(headsKey(keys));
  const uids = Object.keys(heads);
  const lost: LostPostings[] = [];
  for (let from = 0; from < uids.length; from += PAGE) {
    const page = uids.slice(from, from + PAGE);
    const { rows } = await session.query<{ uid: string; sequence: string }>(readHeads, [
      arrayLiteral(page),
    ]);
    const stored = new Map(rows.map(({ uid, sequence }) => [uid, Number(sequence)]));
    for (const ledgerUid of page) {
      const seen = Number(heads[ledgerUid]);
      const now = stored.get(ledgerUid) ?? null;
      if (now === null || now < seen) lost.push({ ledgerUid, seen, stored: now });
    }
  }
  return lost;
}
