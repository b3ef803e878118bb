import { newRedisId, readRedisBond, writeBond } from '@razao/shared/runtime/bond.ts';
import { haltKey } from '@razao/shared/runtime/keys.ts';
import { changeRedis, readBond } from '@razao/sql/installation.ts';
import { readShards, changeShards as storeShards } from '@razao/sql/shards.ts';
import type { Client } from 'pg';
import type { Stores } from '../installation/with-stores.ts';
import { moveKeys } from './move-keys.ts';
import { refuseUndrained } from './refuse-undrained.ts';

export const SHARDS_MAX = 256;

/**
 * Spreads the ledgers over another number of shards. All processes must be stopped and every queue be empty; records, balances,
 * what was set aside and which shards stand still go along. Interrupted, it is finished by the same command: until then no
 * process starts. Returns how many keys it moved. Throws, and has changed nothing, where a check fails.
 */
export async function changeShards(stores: Stores, to: number): Promise<number> {
  if (!Number.isInteger(to) || to < 1 || to > SHARDS_MAX)
    throw new Error(`a number of shards is a whole number from 1 to ${SHARDS_MAX}`);
  const { client, redis } = stores;
  const { installation, redis: noted } = await readBond(client);
  const bond = await readRedisBond(redis);
  if (installation === null || bond?.installation !== installation || noted !== bond.redis)
    throw new Error('Postgres and Redis do not belong together: see npm run installation');
  const halted = await redis.get(haltKey(installation));
  if (halted !== null) throw new Error(`the installation is halted: ${halted}`);
  const from = fromOf(await readShards(client), to);
  if (from === to) return 0;
  await refuseRunning(client);
  await refuseUndrained(redis, installation, Math.max(from, to));
  await storeShards(client, to, from);
  const moved = await moveKeys(stores, installation, to);
  // What was copied of this Redis before has its keys in other places.
  const renewed = { installation, redis: newRedisId() };
  await writeBond(redis, renewed, to);
  await changeRedis(client, renewed.redis);
  await storeShards(client, to);
  return moved;
}

/** A change that was interrupted is gone on with: to the same number only. */
function fromOf(stored: string, to: number): number {
  const [from, under] = stored.split('>').map(Number);
  if (!from) throw new Error('no process has started on this database: SHARDS is still free');
  if (under === undefined || under === to) return from;
  throw new Error(`a change to ${under} shards was begun: npm run shards -- ${under} finishes it`);
}

async function refuseRunning(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct application_name as name from pg_stat_activity
     where datname = current_database() and application_name like 'razao %' and pid <> pg_backend_pid()`,
  );
  const names = rows.map(({ name }) => name).filter((name) => name !== 'razao operator');
  if (names.length > 0)
    throw new Error(`stop every API and worker first: there are sessions of ${names.join(', ')}`);
}
