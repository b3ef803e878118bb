import { headsKey, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import { loadCommand, type Statement } from '@razao/sql/load.ts';
import type { Redis } from 'ioredis';
import { arrayLiteral } from '../commit/array-literal.ts';

const readHeads = loadCommand('read_heads');
const PAGE = 5_000;

/** A ledger of which Redis has seen more posted than the database has; `stored` is null where that lacks the ledger. */
export type LostPostings = { ledgerUid: string; seen: number; stored: number | null };

/** Asks the database one statement. */
export type Ask = (
  statement: Statement,
  values: unknown[],
) => Promise<{ rows: { uid: string; sequence: string }[] }>;

/** What was posted in a shard before the eyes of a Redis and is not in the database. */
export async function findLostPostings(
  ask: Ask,
  redis: Redis,
  keys: ShardKeys,
): Promise<LostPostings[]> {
  const heads: Record<string, string> = await redis.hgetall(headsKey(keys));
  const uids = Object.keys(heads);
  const lost: LostPostings[] = [];
  for (let from = 0; from < uids.length; from += PAGE) {
    const page = uids.slice(from, from + PAGE);
    const { rows } = await ask(readHeads, [arrayLiteral(page)]);
    const stored = new Map(rows.map(({ uid, sequence }) => [uid, Number(sequence)]));
    for (const ledgerUid of page) {
      const seen = Number(heads[ledgerUid]);
      const now = stored.get(ledgerUid) ?? null;
      if (now === null || now < seen) lost.push({ ledgerUid, seen, stored: now });
    }
  }
  return lost;
}
