import { type BondStore, encodeBond } from '@razao/shared/runtime/bond.ts';
import { watchBond } from '@razao/shared/runtime/bond-watch.ts';
import { BOND_KEY, haltKey, headsKey, shardKeys } from '@razao/shared/runtime/keys.ts';
import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { readBond } from '@razao/sql/installation.ts';
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
  const { installation } = ours;
  await redis.set(BOND_KEY, encodeBond({ installation, redis: 'r1' }));
  await redis.hset(headsKey(shardKeys(installation, 0)), 'ledger', 5);
  await ours.client.query(
    `insert into settings (name, value) values ('redis', 'r1') on conflict (name) do update set value = 'r1'`,
  );
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
