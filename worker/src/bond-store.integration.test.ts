import { type BondStore, encodeBond } from '@razao/shared/runtime/bond.ts';
import { watchBond } from '@razao/shared/runtime/bond-watch.ts';
import { BOND_KEY, haltKey, headsKey, shardKeys } from '@razao/shared/runtime/keys.ts';
import { endHalt } from '@razao/shared/runtime/lost-postings.ts';
import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { noteRedis, readBond } from '@razao/sql/installation.ts';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import { until } from '@razao/stack/testing/until.ts';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createBondStore } from './bond-store.ts';
import { type Books, openBooks, SILENT } from './testing/books.cases.ts';

// Both answer under one name, in turns, as after a failover: what lacks a posting may be none of ours.
let ours: Books;
let other: Books;
let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  [ours, other, server] = await Promise.all([openBooks(), openBooks(), startTestRedis()]);
  redis = openPatientRedis(server.url);
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  redis?.disconnect();
  await server?.remove();
  await Promise.all([ours?.close(), other?.close()]);
});

test('a database of another installation that answers in between halts nothing', async () => {
  const { installation } = await bind();
  const [own, foreign] = await Promise.all([readBond(ours.client), readBond(other.client)]);
  let asked = 0;
  const store: BondStore = {
    ...createBondStore(ours.url, () => own),
    heads(uids) {
      asked += 1;
      return createBondStore(other.url, () => foreign).heads(uids);
    },
  };
  const watch = watchBond({ redis, store, installation, shards: 1, log: SILENT });
  try {
    await until('it has asked', () => asked > 1);
    expect(watch.fault()).toMatch(/another server of Postgres answers now/);
    expect(await redis.exists(haltKey(installation))).toBe(0);
    // One of ours that lacks what was posted does.
    store.heads = createBondStore(ours.url, () => own).heads;
    await until('it halts', async () => (await redis.exists(haltKey(installation))) === 1);
    expect(watch.apart()).toMatch(/ledger ledger was at 5 and is at nothing/);
  } finally {
    watch.stop();
  }
});

test('what was seen before an operator decided halts nothing after it', async () => {
  const { installation, keys } = await bind();
  const own = await readBond(ours.client);
  const { heads, ...others } = createBondStore(ours.url, () => own);
  let asked = 0;
  const store: BondStore = {
    ...others,
    async heads(uids) {
      asked += 1;
      const found = await heads(uids);
      if (asked > 1) return found;
      // Before the answer is there.
      await redis.del(headsKey(keys));
      await endHalt(redis, installation);
      return found;
    },
  };
  const watch = watchBond({ redis, store, installation, shards: 1, log: SILENT });
  try {
    await until('it has found that all is well', () => asked > 0 && watch.fault() === null);
    expect(await redis.exists(haltKey(installation))).toBe(0);
  } finally {
    watch.stop();
  }
});

/** Both stores say that they belong together, and Redis has seen posted what is not in the database. */
async function bind() {
  const { installation } = ours;
  const keys = shardKeys(installation, 0);
  await redis.set(BOND_KEY, encodeBond({ installation, redis: 'r1' }));
  await redis.hset(headsKey(keys), 'ledger', 5);
  await noteRedis(ours.client, 'r1');
  return { installation, keys };
}
