import { readRedisBond } from '@razao/shared/runtime/bond.ts';
import { haltKey } from '@razao/shared/runtime/keys.ts';
import { scanKeys } from '@razao/shared/runtime/scan-keys.ts';
import { readBond } from '@razao/sql/installation.ts';
import { readShards } from '@razao/sql/shards.ts';
import type { Redis } from 'ioredis';
import type { Stores } from './with-stores.ts';

/** What an installation has in a Redis. */
export type Holdings = {
  installation: string;
  chunks: number;
  aside: number;
  records: number;
  balances: number;
};

/** What lies in both stores. */
export type Survey = {
  database: { installation: string | null; redis: string | null; shards: string; ledgers: number };
  redis: { bond: { installation: string; redis: string } | null; holdings: Holdings[] };
  halted: string | null;
};

/** Changes nothing. Goes through all keys of Redis once. */
export async function survey({ client, redis }: Stores): Promise<Survey> {
  const stored = await readBond(client);
  const { rows } = await client.query<{ count: number }>('select count(*)::int from ledgers');
  const { installation } = stored;
  return {
    database: { ...stored, shards: await readShards(client), ledgers: rows[0]?.count ?? 0 },
    redis: { bond: await readRedisBond(redis), holdings: await readHoldings(redis) },
    halted: installation === null ? null : await redis.get(haltKey(installation)),
  };
}

const KEY = /^\{razao:([^:}]+):\d+\}:(.*)$/;

async function readHoldings(redis: Redis): Promise<Holdings[]> {
  const found = new Map<string, Holdings>();
  for await (const keys of scanKeys(redis, '{razao:*')) {
    for (const key of keys) {
      const [, installation, rest] = KEY.exec(key) ?? [];
      if (!installation || !rest) continue;
      const counts = { chunks: 0, aside: 0, records: 0, balances: 0 };
      const holdings = found.getOrInsertComputed(installation, () => ({ installation, ...counts }));
      await count(redis, holdings, key, rest);
    }
  }
  return [...found.values()];
}

async function count(redis: Redis, to: Holdings, key: string, rest: string): Promise<void> {
  if (rest.startsWith('b:')) to.balances += 1;
  else if (rest.startsWith('t:')) to.records += rest === 't:intact' ? 0 : 1;
  else if (rest === 'aside') to.aside += await redis.hlen(key);
  else if (rest === 'chunks:wait' || rest === 'chunks:active') to.chunks += await redis.llen(key);
}
