import { forgetOutcomes } from '@razao/shared/queue/forget-outcomes.ts';
import { restoreRecords } from '@razao/shared/queue/restore-records.ts';
import { newRedisId, readRedisBond, writeBond } from '@razao/shared/runtime/bond.ts';
import {
  allShardKeys,
  BOND_KEY,
  haltKey,
  headsKey,
  type ShardKeys,
} from '@razao/shared/runtime/keys.ts';
import { endHalt, findLostPostings } from '@razao/shared/runtime/lost-postings.ts';
import { unlinkKeys } from '@razao/shared/runtime/scan-keys.ts';
import { readStoredHeads } from '@razao/sql/heads.ts';
import { changeRedis, readBond } from '@razao/sql/installation.ts';
import { changeShards } from '@razao/sql/shards.ts';
import { countShards } from './count-shards.ts';
import { survey } from './survey.ts';
import type { Stores } from './with-stores.ts';

/** What `adopt` did: how many records and balances it forgot, and how many commands wait and were made known again. */
export type Adopted = {
  installation: string;
  redis: string;
  /** Over how many its keys are spread. */
  shards: number;
  /** It was halted only since its database was too old, and now it is not. */
  healed: boolean;
  forgotten: number;
  waiting: number;
};

/**
 * Declares that a database and a Redis belong together as they are now, whatever each remembers: after one of them was lost,
 * restored or replaced. What Redis remembers of outcomes is forgotten, since it may be of a future that did not happen; what
 * waits in its queue is kept, known under its ids again, and posted. The two get a new id to know each other by, so that neither
 * what was replaced nor a copy from before is taken for them. Where the installation was halted since its database was too
 * old, and has one now that lacks nothing, it only goes on. Throws where Redis belongs to another installation that has
 * something waiting.
 */
export async function adopt(stores: Stores): Promise<Adopted> {
  const { client, redis } = stores;
  const { installation, redis: noted, recovering } = await readBond(client);
  if (recovering) throw new Error('Postgres is being restored still: wait until it takes writes');
  if (installation === null) throw new Error('the database has no installation: migrate it first');
  const { shards: count, tell } = await countShards(stores, installation);
  const shards = allShardKeys(installation, count);
  const bond = await readRedisBond(redis);
  if (bond && bond.installation !== installation) await refuseLoss(stores, bond.installation);
  const together = bond?.installation === installation && bond.redis === noted;
  const healed = together && (await lacksNothing(stores, installation, shards));
  let forgotten = 0;
  let waiting = 0;
  for (const keys of shards) {
    if (!healed) {
      forgotten += await forgetOutcomes(redis, keys);
      await redis.del(headsKey(keys));
    }
    waiting += await restoreRecords(redis, keys, { used: !healed });
  }
  const mine = healed ? bond.redis : newRedisId();
  await changeRedis(client, mine);
  if (tell) await changeShards(client, count);
  await writeBond(redis, { installation, redis: mine }, count);
  await endHalt(redis, installation);
  return { installation, redis: mine, shards: count, healed, forgotten, waiting };
}

/** Halted, and all that was posted before the eyes of this Redis is there: the database was put right. */
async function lacksNothing(
  { client, redis }: Stores,
  installation: string,
  shards: readonly ShardKeys[],
): Promise<boolean> {
  if ((await redis.exists(haltKey(installation))) === 0) return false;
  const lost = await findLostPostings(redis, shards, (uids) => readStoredHeads(client, uids));
  return lost.length === 0;
}

async function refuseLoss(stores: Stores, other: string): Promise<void> {
  const { holdings } = (await survey(stores)).redis;
  const left = holdings.find(({ installation }) => installation === other);
  if (!left || left.chunks + left.aside === 0) return;
  throw new Error(
    `this Redis belongs to installation ${other}, of which ${left.chunks} chunks wait and ${left.aside} are set aside: they were accepted. Give it its own database, or drop them: npm run installation -- drop ${other}`,
  );
}

/** Deletes everything that an installation has in a Redis, what was accepted too; returns how many keys. */
export async function drop({ client, redis }: Stores, installation: string): Promise<number> {
  const stored = await readBond(client);
  if (stored.installation === installation)
    throw new Error(`${installation} is the installation of this database: it is not dropped`);
  if (!/^[A-Za-z0-9]+$/.test(installation)) throw new Error(`${installation} is no installation`);
  const count = await unlinkKeys(redis, `{razao:${installation}:*`);
  await redis.del(haltKey(installation));
  const bond = await readRedisBond(redis);
  return bond?.installation === installation ? count + (await redis.del(BOND_KEY)) : count;
}
