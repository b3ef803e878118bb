import { haltKey, headsKey, shardKeys } from '@razao/shared/runtime/keys.ts';
import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Books, openBooks, openSession, SILENT } from '../../test/books.ts';
import type { LockSession } from '../leadership/lock-session.ts';
import { createAgeCheck } from './refuse-older-database.ts';

let books: Books;
let server: TestRedis;
let redis: Redis;
let session: LockSession;
let halted: string;

beforeAll(async () => {
  [books, server] = await Promise.all([openBooks(), startTestRedis()]);
  redis = openPatientRedis(server.url);
  session = await openSession(books.url);
  halted = haltKey(books.installation);
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  session?.destroy();
  redis?.disconnect();
  await server?.remove();
  await books?.close();
});

function openCheck() {
  const shards = [0, 1].map((shard) => shardKeys(books.installation, shard));
  const check = createAgeCheck({ redis, shards, log: SILENT });
  const place = (shard: number) => shards[shard] ?? expect.fail();
  return {
    /** As a committer that has got the lock of shard 0. */
    refuses: () => check(session, place(0)),
    saw: (shard: number, uid: string, sequence: number) =>
      redis.hset(headsKey(place(shard)), uid, sequence),
  };
}

test('what was posted in another shard and is gone halts everything before anything is posted in this one', async () => {
  const { refuses, saw } = openCheck();
  await saw(1, 'lost', 5);
  expect(await refuses()).toBe(true);
  expect(await redis.get(halted)).toMatch(/ledger lost was at 5 and is at nothing, 0 more like it/);
});

test('on a server that had everything, each lock looks after its own shard', async () => {
  const { refuses, saw } = openCheck();
  expect(await refuses()).toBe(false);
  await saw(1, 'lost', 5);
  expect(await refuses()).toBe(false);
  await saw(0, 'lost', 5);
  expect(await refuses()).toBe(true);
});

test('on another server every shard is looked at again', async () => {
  const { refuses, saw } = openCheck();
  expect(await refuses()).toBe(false);
  await saw(1, 'lost', 5);
  const before = session.server;
  session.server = `${before}, started again`;
  expect(await refuses()).toBe(true);
  session.server = before;
});

test('a ledger that is as far as was seen, or further, refuses nothing', async () => {
  const { refuses, saw } = openCheck();
  const id = await books.createLedger('ahead');
  await books.client.query('update ledgers set next_sequence = 8 where id = $1', [id]);
  const [row] = await books.rows<{ uid: string }>('select uid from ledgers where id = $1', [id]);
  const uid = row?.uid ?? '';
  await saw(0, uid, 6);
  expect(await refuses()).toBe(false);
  await saw(0, uid, 7);
  expect(await refuses()).toBe(false);
  await saw(0, uid, 8);
  expect(await refuses()).toBe(true);
});
