import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toChunk } from '@razao/shared/contract/chunk.ts';
import { addChunk, openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { addDeadLetter, readDeadLetters } from '@razao/shared/queue/dead-letters.ts';
import { discardDeadLetter } from '@razao/shared/queue/discard.ts';
import { markStopped, stoppedSince } from '@razao/shared/queue/stop-mark.ts';
import { readRedisBond, writeBond } from '@razao/shared/runtime/bond.ts';
import {
  balanceKey,
  discardedKey,
  headsKey,
  recordKey,
  shardKeys,
} from '@razao/shared/runtime/keys.ts';
import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { shardOf } from '@razao/shared/runtime/shard.ts';
import { testUid, transfer } from '@razao/shared/test/commands.ts';
import { changeRedis, readBond } from '@razao/sql/installation.ts';
import { agreeOnShards, readShards, ShardsMismatch } from '@razao/sql/shards.ts';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import type { Redis } from 'ioredis';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Books, openBooks } from '../../test/books.ts';
import { adopt } from '../installation/adopt.ts';

const ID = '0198f2c4-5a3b-7c11-8f00-0123456789ab';

// Each command is a process, as an operator starts it: on a busy machine it takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let books: Books;
let server: TestRedis;
let redis: Redis;
/** One that is in another shard of four than of two. */
let name: string;
let uid: string;

beforeAll(async () => {
  [books, server] = await Promise.all([openBooks(), startTestRedis()]);
  redis = openPatientRedis(server.url);
  name = Array.from({ length: 50 }, (_, n) => `moves-${n}`).find(
    (one) => shardOf(one, 2) !== shardOf(one, 4),
  ) as string;
  uid = testUid(await books.createLedger(name));
});
beforeEach(async () => {
  await redis.flushall();
  await books.client.query('delete from settings where name = $1', ['shards']);
  await agreeOnShards(books.client, 2);
  await writeBond(redis, { installation: books.installation, redis: 'one' }, 2);
  await changeRedis(books.client, 'one');
});
afterAll(async () => {
  redis?.disconnect();
  await server?.remove();
  await books?.close();
});

/** Where the ledger's keys are with so many shards. */
function place(shards: number) {
  return shardKeys(books.installation, shardOf(name, shards));
}

async function run(...args: string[]): Promise<string> {
  const program = join(import.meta.dirname, '../shards-tool.ts');
  const env = { DATABASE_URL: books.url, REDIS_URL: server.url, PATH: process.env['PATH'] };
  return (await promisify(execFile)(process.execPath, [program, ...args], { env })).stdout;
}

test('records, balances, what was set aside and stopped shards go along, with their time to live', async () => {
  const aside = toChunk([transfer(uid, 'world>alice 1')]);
  await redis.set(recordKey(place(2), uid, ID), 'line', 'EX', 1_000);
  await redis.set(balanceKey(place(2), uid, 'alice', 'BRL/2'), '1 5 0', 'EX', 1_000);
  await redis.set(recordKey(place(2), 'of-no-ledger', ID), 'line');
  await redis.hset(headsKey(place(2)), uid, 7);
  await addDeadLetter(redis, place(2), { id: 'c-aside', reason: 'why', data: aside });
  await addDeadLetter(redis, place(2), { id: 'c-gone', reason: 'why', data: aside });
  await discardDeadLetter(redis, place(2), 'c-gone', { reason: '"ledgerUid":"other"', by: 'me' });
  // A worker has rejected it.
  await redis.del(...(await redis.keys('*:chunks:*')));
  await markStopped(redis, place(2));
  expect(await run('4')).toMatch(/there are 4 shards now; 6 keys were moved/);
  expect(await redis.get(recordKey(place(4), uid, ID))).toBe('line');
  expect(await redis.ttl(recordKey(place(4), uid, ID))).toBeGreaterThan(900);
  expect(await redis.get(balanceKey(place(4), uid, 'alice', 'BRL/2'))).toBe('1 5 0');
  expect(await redis.hget(headsKey(place(4)), uid)).toBe('7');
  expect(await readDeadLetters(redis, place(4))).toMatchObject([{ id: 'c-aside', data: aside }]);
  expect(await redis.hkeys(discardedKey(place(4)))).toEqual(['c-gone']);
  expect(await stoppedSince(redis, place(4))).not.toBeNull();
  expect(await redis.keys('*of-no-ledger*')).toEqual([]);
  await agreeOnShards(books.client, 4);
  expect(await run('2')).toMatch(/there are 2 shards now/);
  expect(await redis.get(recordKey(place(2), uid, ID))).toBe('line');
  expect(await readDeadLetters(redis, place(2))).toHaveLength(1);
});

test('nothing is changed while a queue is not empty, a process runs, or the stores do not belong together', async () => {
  const queue = openChunkQueue(redis, place(2));
  await addChunk(queue, 'c-1', toChunk([transfer(uid, 'world>alice 1')]));
  await expect(run('4')).rejects.toThrow(/the queue of shard \d is not empty/);
  await queue.remove('c-1');
  await queue.close();
  const running = new Client({ connectionString: books.url, application_name: 'razao api' });
  await running.connect();
  await expect(run('4')).rejects.toThrow(/stop every API and worker first: .* razao api/);
  await running.end();
  await writeBond(redis, { installation: 'another', redis: 'one' }, 2);
  await expect(run('4')).rejects.toThrow(/do not belong together/);
  await writeBond(redis, { installation: books.installation, redis: 'two' }, 2);
  await expect(run('4')).rejects.toThrow(/do not belong together/);
  await Promise.all(['0', '257', 'x', ''].map((wrong) => expect(run(wrong)).rejects.toThrow()));
  await agreeOnShards(books.client, 2);
});

test('a change that was interrupted lets no process start, and is finished by the same command', async () => {
  await redis.set(recordKey(place(2), uid, ID), 'line');
  await books.client.query(`update settings set value = '2>4' where name = 'shards'`);
  for (const shards of [2, 4])
    await expect(agreeOnShards(books.client, shards)).rejects.toThrow(ShardsMismatch);
  await expect(agreeOnShards(books.client, 4)).rejects.toThrow(/npm run shards -- 4 finishes it/);
  await expect(run('8')).rejects.toThrow(/a change to 4 shards was begun/);
  await run('4');
  expect(await redis.get(recordKey(place(4), uid, ID))).toBe('line');
  await agreeOnShards(books.client, 4);
});

test('a Redis from before the change is another one afterwards', async () => {
  await run('4');
  const { redis: noted } = await readBond(books.client);
  expect([noted === 'one', (await readRedisBond(redis))?.redis === noted]).toEqual([false, true]);
});

test.each(['2', '2>4', '4>2'])(
  'a database from before or amid the change (%s) is told of it when it is adopted',
  async (stored) => {
    await run('4');
    const queue = openChunkQueue(redis, place(4));
    await addChunk(queue, 'c-1', toChunk([transfer(uid, 'world>alice 1')]));
    await queue.close();
    await changeRedis(books.client, 'one');
    await books.client.query(`update settings set value = $1 where name = 'shards'`, [stored]);
    const { shards, waiting } = await adopt({ client: books.client, redis });
    expect([shards, waiting]).toEqual([4, 1]);
    expect(await readShards(books.client)).toBe(stored === '4>2' ? stored : '4');
  },
);
