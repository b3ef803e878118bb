import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { toChunk } from '@razao/shared/contract/chunk.ts';
import { BOND_WATCH_MS } from '@razao/shared/contract/limits.ts';
import { addChunk, newChunkId, openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { mendOlderRedis } from '@razao/shared/queue/older-redis.ts';
import { recordsState } from '@razao/shared/queue/restore-records.ts';
import { type BondStore, encodeBond } from '@razao/shared/runtime/bond.ts';
import { watchBond } from '@razao/shared/runtime/bond-watch.ts';
import {
  BOND_KEY,
  balanceKey,
  haltKey,
  headsKey,
  intactKey,
  mendingKey,
  recordKey,
  shardKeys,
} from '@razao/shared/runtime/keys.ts';
import { endHalt } from '@razao/shared/runtime/lost-postings.ts';
import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { testUid, transfer } from '@razao/shared/test/commands.ts';
import { noteRedis, readBond } from '@razao/sql/installation.ts';
import { until } from '@razao/stack/test/until.ts';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Books, openBooks, openSession, SILENT } from '../../test/books.ts';
import { commitBatch } from '../commit/commit-batch.ts';
import { createBondStore } from './bond-store.ts';

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
    await until('it says so', () => watch.apart() !== null);
    expect(await redis.exists(haltKey(installation))).toBe(1);
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

describe('a Redis that may have gone back', () => {
  test.each([
    ['has seen all that was posted', { seen: 2, known: false }, false],
    ['has not been told of the last commit yet', { seen: 1, known: true }, false],
    ['does not know the newest', { seen: 1, known: false }, true],
    ['has forgotten the ledger, as after an adoption', { seen: null, known: false }, false],
  ])('%s', async (_, { seen, known }, older) => {
    const { keys, ledgerUid, ids } = await post();
    const stale = [
      recordKey(keys, ledgerUid, randomUUID()),
      balanceKey(keys, ledgerUid, 'a', 'B/2'),
    ];
    await redis.mset(...stale.flatMap((key) => [key, 'of then']));
    await redis.hset(headsKey(keys), 'another', 7);
    await redis.set(intactKey(keys), 0);
    if (seen !== null) await redis.hset(headsKey(keys), ledgerUid, seen);
    const [, newest = ''] = ids;
    if (known) await redis.set(recordKey(keys, ledgerUid, newest), 'its line');
    const posted = (await createBondStore(ours.url, () => null).newest()).filter(
      (one) => one.ledgerUid === ledgerUid,
    );
    expect(posted).toEqual([{ ledgerUid, ledger: expect.any(String), sequence: 2, id: newest }]);
    expect(await mendOlderRedis(redis, [keys], posted)).toEqual(older ? [0] : []);
    expect(await recordsState(redis, keys)).toBe(older ? 'doubtful' : 'intact');
    expect(await redis.exists(...stale)).toBe(older ? 0 : stale.length);
    // What it has seen of others it has seen: a database that lacks it is still found.
    expect(await redis.hget(headsKey(keys), 'another')).toBe('7');
    // Once is enough.
    expect(await mendOlderRedis(redis, [keys], posted)).toEqual([]);
    if (older) expect(await redis.hget(headsKey(keys), ledgerUid)).toBe('2');
  });

  test('keeps what waits in the queue, and its records', async () => {
    const { keys, ledgerUid } = await post();
    await redis.hset(headsKey(keys), ledgerUid, 1);
    const waiting = transfer(ledgerUid, 'world>alice 3');
    await addChunk(openChunkQueue(redis, keys), newChunkId(), toChunk([waiting]));
    const posted = await createBondStore(ours.url, () => null).newest();
    expect(await mendOlderRedis(redis, [keys], posted)).toEqual([0]);
    expect(await redis.exists(recordKey(keys, ledgerUid, waiting.id))).toBe(1);
  });

  test('is made to forget by one process; the others wait', async () => {
    const { installation, keys, ledgerUid } = await post();
    await redis.hset(headsKey(keys), ledgerUid, 1);
    const posted = await createBondStore(ours.url, () => null).newest();
    await redis.set(mendingKey(installation), 'another');
    await expect(mendOlderRedis(redis, [keys], posted)).rejects.toThrow('another process');
    await redis.del(mendingKey(installation));
    expect(await mendOlderRedis(redis, [keys], posted)).toEqual([0]);
  });

  test('is looked at once for each connection, before anything is accepted', async () => {
    const { installation, keys } = await bind();
    await redis.del(headsKey(keys));
    await redis.hset(headsKey(keys), (await post()).ledgerUid, 1);
    await redis.set(intactKey(keys), 0);
    const own = await readBond(ours.client);
    const store = createBondStore(ours.url, () => own);
    let looks = 0;
    const counting: BondStore = {
      ...store,
      newest() {
        looks += 1;
        return store.newest();
      },
    };
    const watch = watchBond({ redis, store: counting, installation, shards: 1, log: SILENT });
    try {
      await until('it has compared', () => watch.bond() !== null);
      expect(await recordsState(redis, keys)).toBe('doubtful');
      await redis.set(intactKey(keys), 0);
      await delay(2 * BOND_WATCH_MS);
      expect([looks, await recordsState(redis, keys)]).toEqual([1, 'intact']);
      redis.disconnect(true);
      await until('it has looked again', () => looks === 2 && watch.bond() !== null);
      expect(await recordsState(redis, keys)).toBe('intact');
    } finally {
      watch.stop();
    }
  });
});

/** Two transactions of a ledger of its own, of which Redis knows nothing. */
async function post() {
  const keys = shardKeys(ours.installation, 0);
  const ledger = await ours.createLedger(`newest-${randomUUID()}`);
  const session = await openSession(ours.url);
  const commands = ['world>alice 1', 'world>alice 2'].map((text) => transfer(ledger, text));
  await commitBatch(session, commands);
  session.destroy();
  const ids = commands.map(({ id }) => id);
  return { installation: ours.installation, keys, ledgerUid: testUid(ledger), ids };
}

/** Both stores say that they belong together, and Redis has seen posted what is not in the database. */
async function bind() {
  const { installation } = ours;
  const keys = shardKeys(installation, 0);
  await redis.set(BOND_KEY, encodeBond({ installation, redis: 'r1' }));
  await redis.hset(headsKey(keys), 'ledger', 5);
  await noteRedis(ours.client, 'r1');
  return { installation, keys };
}
