import type { Redis } from 'ioredis';
import { adoptionsKey, haltKey, headsKey, type ShardKeys } from './keys.ts';
import { defineScript, runScript } from './script.ts';

/** About so many ledgers are looked at in one go. */
const PAGE = 5_000;

/** A ledger of which Redis has seen more posted than the database has; `stored` is null where that lacks the ledger. */
export type LostPostings = {
  ledgerUid: string;
  shard: number;
  seen: number;
  stored: number | null;
};

/** How far ledgers are in the database, by their uids; one that it lacks is not named. */
export type ReadHeads = (uids: readonly string[]) => Promise<ReadonlyMap<string, number>>;

/** What was posted before the eyes of a Redis and is not in the database. */
export async function findLostPostings(
  redis: Redis,
  shards: readonly ShardKeys[],
  readStored: ReadHeads,
): Promise<LostPostings[]> {
  const lost: LostPostings[] = [];
  for (const keys of shards) {
    // First what was seen, then what is stored: meanwhile that only grows.
    for await (const heads of readSeen(redis, keys)) {
      const stored = await readStored([...heads.keys()]);
      for (const [ledgerUid, seen] of heads) {
        const now = stored.get(ledgerUid) ?? null;
        if (now === null || now < seen)
          lost.push({ ledgerUid, shard: keys.shard, seen, stored: now });
      }
    }
  }
  return lost;
}

async function* readSeen(redis: Redis, keys: ShardKeys): AsyncGenerator<Map<string, number>> {
  let cursor = '0';
  do {
    const [next, flat] = await redis.hscan(headsKey(keys), cursor, 'COUNT', PAGE);
    const heads = new Map<string, number>();
    for (let i = 0; i + 1 < flat.length; i += 2) heads.set(flat[i] ?? '', Number(flat[i + 1]));
    if (heads.size > 0) yield heads;
    cursor = next;
  } while (cursor !== '0');
}

/**
 * Halts the whole installation, for an operator to decide, where something was lost: the database was restored, or failed over to
 * a server that lacked the last commits. Returns what it says, or null, and what was lost. Throws where an operator decided
 * while it looked: what it saw may be from before.
 */
export async function haltForLoss(
  redis: Redis,
  shards: readonly ShardKeys[],
  installation: string,
  readStored: ReadHeads,
): Promise<{ fault: string | null; lost: readonly LostPostings[] }> {
  const adoptions = (await redis.get(adoptionsKey(installation))) ?? '';
  const lost = await findLostPostings(redis, shards, readStored);
  const [first] = lost;
  if (!first) return { fault: null, lost };
  const fault = `the database is older than what was posted: ledger ${first.ledgerUid} was at ${first.seen} and is at ${first.stored ?? 'nothing'}, ${lost.length - 1} more like it`;
  const keys = [haltKey(installation), adoptionsKey(installation)];
  const halted = await runScript(redis, HALT, keys, [fault, adoptions]);
  if (halted === 0) throw new Error('the installation was adopted while it was looked at');
  return { fault, lost };
}

/** KEYS: the halt, how often was adopted; ARGV: what the halt says, how often was adopted when it was looked at. */
const HALT = defineScript(`
if (redis.call('GET', KEYS[2]) or '') ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'NX')
return 1
`);

/** An operator has decided: what was halted goes on, and whoever is about to halt for what was before does not. */
export async function endHalt(redis: Redis, installation: string): Promise<void> {
  await redis.multi().incr(adoptionsKey(installation)).del(haltKey(installation)).exec();
}
