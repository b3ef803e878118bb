import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { toChunk } from '@razao/shared/contract/chunk.ts';
import { addChunk, openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { addDeadLetter } from '@razao/shared/queue/dead-letters.ts';
import { markStopped, stoppedSince } from '@razao/shared/queue/stop-mark.ts';
import { writeBond } from '@razao/shared/runtime/bond.ts';
import { deadLettersKey, discardedKey, shardKeys } from '@razao/shared/runtime/keys.ts';
import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { transfer } from '@razao/shared/test/commands.ts';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';

const BOND = { installation: 'test', redis: 'one' };
const keysOf = (shard: number) => shardKeys(BOND.installation, shard);

let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startTestRedis();
  redis = openPatientRedis(server.url);
  await writeBond(redis, BOND, 3);
});
afterAll(async () => {
  redis?.disconnect();
  await server?.remove();
});

/** Runs the tool as `npm run queue` does. */
async function run(args: string[], env: Record<string, string> = { REDIS_URL: server.url }) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'queue-tool.ts'), ...args], {
    env: { PATH: process.env['PATH'], SHARDS: '3', ...env },
  });
  const output = { out: '', err: '' };
  child.stdout.on('data', (data) => (output.out += data));
  child.stderr.on('data', (data) => (output.err += data));
  const [code] = await once(child, 'close');
  return { code: Number(code), ...output };
}

test('shows each shard with what waits, how old it is, and what was set aside or failed', async () => {
  const queue = openChunkQueue(redis, keysOf(1));
  for (const id of ['c-1', 'c-2']) await addChunk(queue, id, toChunk([transfer(1, 'world>a 1')]));
  await redis.hincrby(queue.toKey('c-1'), 'timestamp', -60_000);
  await addDeadLetter(redis, keysOf(1), { id: 'c-bad', reason: 'cannot be decoded', data: 'x' });
  await redis.zadd(queue.toKey('failed'), 1, 'c-failed');
  await redis.hset(discardedKey(keysOf(1)), { 'c-3': '{}', 'c-4': '{}' });
  await queue.close();
  const { code, out, err } = await run([]);
  expect([code, err]).toEqual([0, '']);
  const [header, first, second, aside, failed, third] = out.trimEnd().split('\n');
  expect(header?.trim().split(/\s+/)).toEqual([
    'shard',
    'waiting',
    'active',
    'failed',
    'aside',
    'discarded',
    'oldest',
  ]);
  expect(first?.trim().split(/\s+/)).toEqual(['0', '0', '0', '0', '0', '0', '0.0', 's']);
  expect(second).toMatch(/^\s+1\s+2\s+0\s+1\s+1\s+2\s+6\d\.\d s$/);
  expect(aside).toMatch(/^ {2}aside c-bad since 20\d\d-\S+Z: cannot be decoded$/);
  expect(failed).toBe('  failed c-failed');
  expect(third).toMatch(/^\s+2\s+0/);
});

test('retries a chunk that was set aside, in whatever shard it is', async () => {
  await addDeadLetter(redis, keysOf(2), { id: 'c-again', reason: '', data: { v: 99 } });
  expect(await run(['retry', 'c-again'])).toEqual({
    code: 0,
    out: 'c-again is back in the queue of shard 2\n',
    err: '',
  });
  const queue = openChunkQueue(redis, keysOf(2));
  expect(await redis.lrange(queue.toKey('wait'), 0, -1)).toEqual(['c-again']);
  await queue.close();
});

test('retries nothing while a job of the chunk is in the queue', async () => {
  await addDeadLetter(redis, keysOf(0), { id: 'c-parted', reason: '', data: { v: 0 } });
  const queue = openChunkQueue(redis, keysOf(0));
  await addChunk(queue, 'c-parted', toChunk([transfer(1, 'world>a 1')]));
  for (const args of [
    ['retry', 'c-parted'],
    ['discard', 'c-parted', 'why'],
  ]) {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^nothing was changed: c-parted is still in the queue of shard 0, /);
  }
  expect(await redis.hkeys(deadLettersKey(keysOf(0)))).toEqual(['c-parted']);
  expect(await redis.lrange(queue.toKey('wait'), 0, -1)).toEqual(['c-parted']);
  await queue.close();
});

test('discards a chunk: says so in the log, and keeps who did it, and why', async () => {
  const data = toChunk([transfer(1, 'world>a 1'), transfer(1, 'world>a 1')]);
  await addDeadLetter(redis, keysOf(2), { id: 'c-dead', reason: 'no ledger', data });
  const { code, out, err } = await run(['discard', 'c-dead', 'the', 'ledger is', 'gone']);
  const [said, line = '', ...more] = out.trimEnd().split('\n').sort();
  const by = userInfo().username;
  expect([code, err, more]).toEqual([0, '', []]);
  expect(said).toBe('c-dead is discarded: 2 of its commands will be rejected');
  expect(JSON.parse(line)).toMatchObject({
    level: 'warn',
    shard: 2,
    chunk: 'c-dead',
    reason: 'the ledger is gone',
    by,
    rejecting: 2,
    msg: 'a chunk is discarded',
  });
  expect(JSON.parse((await redis.hget(discardedKey(keysOf(2)), 'c-dead')) ?? '')).toMatchObject({
    reason: 'the ledger is gone',
    by,
    aside: { reason: 'no ledger', data },
  });
  expect((await run(['discard', 'c-dead', 'again'])).code).toBe(1);
});

test('says of a chunk that is discarded and cannot be read that it could not be', async () => {
  await addDeadLetter(redis, keysOf(2), { id: 'c-garbage', reason: '', data: 'garbage' });
  const { out } = await run(['discard', 'c-garbage', 'garbage']);
  expect(out).toMatch(
    /^c-garbage is discarded: 0 of its commands will be rejected; not all that it held could be read$/m,
  );
});

test('shows a shard that stopped, and lets it go on', async () => {
  await markStopped(redis, keysOf(2));
  expect((await run([])).out).toMatch(/^ {4}2 .*\n {2}stopped since 20\d\d-\S+$/m);
  expect(await run(['resume', '2'])).toEqual({ code: 0, out: 'shard 2 goes on\n', err: '' });
  expect(await stoppedSince(redis, keysOf(2))).toBeNull();
  for (const shard of ['2', '3', '-1', 'x', '1.5']) {
    const { code, err } = await run(['resume', shard]);
    expect([code, err]).toEqual([
      1,
      `shard ${shard} is not stopped; npm run queue lists those that are\n`,
    ]);
  }
});

test('says which chunk it does not know, and changes nothing', async () => {
  const { code, err } = await run(['retry', 'c-unknown']);
  expect([code, err]).toEqual([
    1,
    'no chunk c-unknown was set aside; npm run queue lists those that were\n',
  ]);
});

test.each([
  [['retry']],
  [['resume']],
  [['drop', 'c-1']],
  [['retry', 'c-1', 'c-2']],
  [['discard', 'c-1']],
  [['discard', 'c-1', ' ']],
])('tells how it is used where it is given %j', async (args) => {
  const { code, err } = await run(args);
  expect(code).toBe(1);
  expect(err).toMatch(/^npm run queue +shows the queues\nnpm run queue -- retry <chunk> /);
});

test('says so where no Redis answers, and where none is named', async () => {
  const down = await run([], { REDIS_URL: 'redis://127.0.0.1:1' });
  expect([down.code, down.err.split('\n')[0]]).toEqual([1, 'Redis does not answer']);
  const unnamed = await run([], {});
  expect(unnamed.code).toBe(1);
  expect(unnamed.err).toContain('REDIS_URL');
});
