import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { NewestPosted } from '../queue/older-redis.ts';
import { allShardKeys, BOND_KEY, bondCopyKey, haltKey, type ShardKeys } from './keys.ts';

/** One Postgres and one Redis that belong together. */
export type Bond = { readonly installation: string; readonly redis: string };

/** What a database says of itself: null where it does not know. */
type Stored = { installation: string | null; redis: string | null };

/** How a database is asked what it says of itself, and told which Redis it works with, where it does not know one. */
export type BondStore = {
  read(): Promise<Stored>;
  /** What it said about a second ago, whoever asked, and a name for the server that did; null where it did not answer. */
  last(): (Stored & { server: string }) | null;
  /** How far ledgers are in the database (see `ReadHeads`), and what the one that answers says of itself. */
  heads(uids: readonly string[]): Promise<{
    stored: Stored & { server: string; recovering: boolean };
    heads: ReadonlyMap<string, number>;
  }>;
  /** The newest transactions of the ledgers that posted last. */
  newest(): Promise<NewestPosted[]>;
  noteRedis(redis: string): Promise<void>;
};

export type Compared = { bond: Bond; fault: null } | { bond: null; fault: string };

/** An id for a Redis. It gets another one whenever what was copied of it before must not be taken for it any more. */
export function newRedisId(): string {
  return randomUUID().slice(0, 8);
}

/** The line under `BOND_KEY`. */
export function encodeBond({ installation, redis }: Bond): string {
  return `${installation} ${redis}`;
}

function decodeBond(line: string | null): Bond | null {
  const [installation, redis] = line?.split(' ') ?? [];
  return installation && redis ? { installation, redis } : null;
}

/**
 * Compares what Postgres and Redis say of themselves. The two find each other by themselves once: when neither knows
 * another. From then on anything else than the two ids that were noted is a fault, for an operator to decide on.
 */
export async function compareStores(
  redis: Redis,
  store: BondStore,
  shards: number,
): Promise<Compared> {
  const stored = await store.read();
  const { installation } = stored;
  if (installation === null)
    return faulty('the database has no installation: migrations are missing');
  const found = (await readRedisBond(redis)) ?? (await claim(redis, store, shards));
  if (found === null)
    return faulty(
      `the database is of installation ${installation} and works with Redis ${stored.redis}, but this Redis is another one or was emptied`,
    );
  if (found.installation !== installation)
    return faulty(
      `Redis belongs to installation ${found.installation}, the database is of installation ${installation}`,
    );
  if (stored.redis === null) await store.noteRedis(found.redis);
  const noted = stored.redis ?? (await store.read()).redis;
  if (noted !== found.redis)
    return faulty(
      `installation ${installation} works with Redis ${noted}, but this is its Redis ${found.redis}`,
    );
  const copies = await redis.mget(copyKeys(installation, shards));
  if (copies.includes(null)) await writeBond(redis, found, shards);
  const halted = await redis.get(haltKey(installation));
  return halted === null ? { bond: found, fault: null } : faulty(halted);
}

/** Takes a Redis that belongs to nobody; null where that may not be: the installation works with another one. */
async function claim(redis: Redis, store: BondStore, shards: number): Promise<Bond | null> {
  const { installation, redis: noted } = await store.read();
  if (installation === null) return null;
  const copies = copyKeys(installation, shards);
  if (noted !== null) {
    // The line may be gone and the queues be there: everything but them may vanish.
    const bond = { installation, redis: noted };
    const found = await redis.mget(copies);
    if (!found.includes(encodeBond(bond))) return null;
    await redis.set(BOND_KEY, encodeBond(bond), 'NX');
  } else {
    const bond = { installation, redis: newRedisId() };
    await redis.set(BOND_KEY, encodeBond(bond), 'NX');
  }
  return await readRedisBond(redis);
}

/** Writes a bond into a Redis: the line itself, and a copy beside each queue. */
export async function writeBond(redis: Redis, bond: Bond, shards: number): Promise<void> {
  const line = encodeBond(bond);
  await redis.mset(copyKeys(bond.installation, shards).flatMap((key) => [key, line]));
  await redis.set(BOND_KEY, line);
}

/** What a Redis says of itself; null where it belongs to nobody. */
export async function readRedisBond(redis: Redis): Promise<Bond | null> {
  return decodeBond(await redis.get(BOND_KEY));
}

/** The keys of the shards of the installation that a Redis belongs to. Throws where it belongs to none. */
export async function readKeys(redis: Redis, shards: number): Promise<ShardKeys[]> {
  const bond = await readRedisBond(redis);
  if (!bond) throw new Error('this Redis belongs to no installation: nothing has ever run on it');
  return allShardKeys(bond.installation, shards);
}

/**
 * Why a process that works for an installation may not go on with a database that says this of itself; null where it may. Which
 * Redis it works with is another question.
 */
export function foreignDatabase(installation: string, stored: Stored): string | null {
  if (stored.installation === installation) return null;
  const found = stored.installation === null ? 'of none' : `of installation ${stored.installation}`;
  return `this process works for installation ${installation}, the database is ${found}`;
}

function copyKeys(installation: string, shards: number): string[] {
  return allShardKeys(installation, shards).map(bondCopyKey);
}

/** A fault that only an operator can mend. */
export function faulty(fault: string): Compared {
  return {
    bond: null,
    fault: `${fault}; nothing is accepted or posted (see npm run installation)`,
  };
}
