import type { Redis } from 'ioredis';
import { OWNER_BEAT_MS } from '../contract/limits.ts';
import { deliveryAttemptsKey, type ShardKeys } from '../runtime/keys.ts';
import { readOwners } from './owner.ts';

/**
 * Which processes died with a chunk in hand: a chunk that keeps killing processes is found by it. Whoever reclaims chunks notes
 * whose they were (`reclaim.ts`); only a process that is proven dead counts, and none twice. Forgotten when the chunk is done.
 */
export type DeliveryAttempts = {
  /** Reads what was noted, and what became of those processes; strikes out who survived. */
  read(): Promise<void>;
  /** Reads anew, where there is something that may have changed since it was read. */
  look(): Promise<void>;
  deaths(chunkId: string): number;
  forget(chunkIds: readonly string[]): Promise<void>;
};

type Noted = { field: string; owner: string; chunk: string; since: number };

/** Knows of nothing until `read` is called, which a new owner of the shard does first. */
export function createDeliveryAttempts(redis: Redis, keys: ShardKeys): DeliveryAttempts {
  const key = deliveryAttemptsKey(keys);
  let noted: Noted[] = [];
  let dead = new Map<string, number>();
  let readAt = 0;

  async function read(): Promise<void> {
    readAt = performance.now();
    const all: Record<string, string> = await redis.hgetall(key);
    noted = Object.entries(all).map(([field, since]) => toNoted(field, Number(since)));
    dead = new Map();
    if (noted.length === 0) return;
    const { fateOf } = await readOwners(
      redis,
      keys.installation,
      noted.map(({ owner }) => owner),
    );
    const survived: string[] = [];
    for (const { field, owner, chunk, since } of noted) {
      const fate = fateOf(owner, since);
      if (fate === 'survived') survived.push(field);
      if (fate === 'died') dead.set(chunk, (dead.get(chunk) ?? 0) + 1);
    }
    noted = noted.filter(({ field }) => !survived.includes(field));
    if (survived.length > 0) await redis.hdel(key, ...survived);
  }

  return {
    read,
    async look() {
      if (noted.length > 0 && performance.now() - readAt > OWNER_BEAT_MS) await read();
    },
    deaths: (chunkId) => dead.get(chunkId) ?? 0,
    async forget(chunkIds) {
      if (noted.length === 0) return;
      const done = new Set(chunkIds);
      const fields = noted.filter(({ chunk }) => done.has(chunk)).map(({ field }) => field);
      noted = noted.filter(({ chunk }) => !done.has(chunk));
      if (fields.length > 0) await redis.hdel(key, ...fields);
    },
  };
}

function toNoted(field: string, since: number): Noted {
  const [owner = ''] = field.split(' ', 1);
  return { field, owner, chunk: field.slice(owner.length + 1), since };
}
