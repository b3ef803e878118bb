import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@razao/stack/test/until.ts';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { OWNER_BEAT_MS, OWNER_SILENT_MS } from '../contract/limits.ts';
import { committersKey, ownerKey } from '../runtime/keys.ts';
import { openPatientRedis } from '../runtime/redis.ts';
import { createOwner, type Owner, readOwners } from './owner.ts';

let server: TestRedis;
let redis: Redis;
let owners: Owner[] = [];

beforeAll(async () => {
  server = await startTestRedis();
  redis = openPatientRedis(server.url);
});
afterEach(() => {
  for (const owner of owners) owner.stop();
  owners = [];
});
afterAll(async () => {
  redis.disconnect();
  await server.remove();
});

test('a process speaks every second, also after Redis was away, and survives whatever is taken from it', async () => {
  const { id } = open();
  await until('it has spoken', async () => (await spokeAt(id)) > 0);
  const first = await spokeAt(id);
  expect((await readOwners(redis, 'test', [id])).fateOf(id, Date.now())).toBe('open');
  await until('it speaks again', async () => (await spokeAt(id)) > first);
  expect((await readOwners(redis, 'test', [id])).fateOf(id, first)).toBe('survived');
  await server.kill();
  await delay(2 * OWNER_BEAT_MS);
  await server.start();
  const back = Date.now();
  await until('it speaks again', async () => (await spokeAt(id)) > back);
});

test('it speaks also where Redis is full', async () => {
  const { id } = open();
  await redis.config('SET', 'maxmemory', '1mb');
  try {
    await expect(redis.set('more', 1)).rejects.toThrow('OOM');
    const full = Date.now();
    await until('it speaks', async () => (await spokeAt(id)) > full);
  } finally {
    await redis.config('SET', 'maxmemory', '512mb');
  }
});

test('a process that speaks no more is dead after some seconds, not before; one that said that it ends is not', async () => {
  const [one, other] = [open(), open()];
  await until(
    'both have spoken',
    async () => (await spokeAt(one.id)) * (await spokeAt(other.id)) > 0,
  );
  await other.exit();
  one.stop();
  other.stop();
  const fates = async () => {
    const { fateOf } = await readOwners(redis, 'test', [one.id, other.id, 'nobody']);
    return [one.id, other.id, 'nobody'].map((id) => fateOf(id, Date.now()));
  };
  expect(await fates()).toEqual(['open', 'survived', 'survived']);
  const spoke = await spokeAt(one.id);
  await until('it is dead', async () => (await fates())[0] === 'died');
  expect(Date.now() - spoke).toBeGreaterThan(OWNER_SILENT_MS);
  expect(await fates()).toEqual(['died', 'survived', 'survived']);
});

test('it says that it ends for as long as it goes on', async () => {
  const owner = open();
  await owner.exit();
  const first = await redis.get(ownerKey('test', owner.id));
  expect(first).toMatch(/^\d+ exited$/);
  await until(
    'it has spoken again',
    async () => (await redis.get(ownerKey('test', owner.id))) !== first,
  );
  expect(await redis.get(ownerKey('test', owner.id))).toMatch(/^\d+ exited$/);
});

test('it is steady once Redis has answered for so long as proves a death, and no more once Redis was away', async () => {
  const startedAt = performance.now();
  const owner = open();
  expect(owner.steady()).toBe(false);
  await until('it is steady', () => owner.steady());
  expect(performance.now() - startedAt).toBeGreaterThan(OWNER_SILENT_MS);
  await server.kill('SIGSTOP');
  await until('it is not', () => !owner.steady());
  await server.kill('SIGCONT');
  const back = performance.now();
  await until('it is steady', () => owner.steady());
  expect(performance.now() - back).toBeGreaterThan(OWNER_SILENT_MS - OWNER_BEAT_MS);
});

test('it speaks for the shards that it holds, as long as it holds them', async () => {
  const owner = open();
  owner.hold(3);
  owner.hold(4);
  await until('it has', async () => (await redis.hlen(committersKey('test'))) === 2);
  owner.release(3);
  const at = async () => (await redis.hmget(committersKey('test'), '3', '4')).map(Number);
  const [left = 0, kept = 0] = await at();
  await until('it goes on', async () => Number((await at())[1]) > kept + 2 * OWNER_BEAT_MS);
  expect((await at())[0]).toBeLessThan(left + OWNER_BEAT_MS / 2);
});

test('it says nothing to a Redis that may not be worked with, and goes on once it may', async () => {
  let may = false;
  const owner = open({ usable: () => may });
  await delay(2 * OWNER_BEAT_MS);
  expect(await spokeAt(owner.id)).toBe(0);
  may = true;
  await until('it has begun', async () => (await spokeAt(owner.id)) > 0);
  may = false;
  const at = await spokeAt(owner.id);
  await until('it goes on all the same', async () => (await spokeAt(owner.id)) > at);
});

function open(guard = { usable: () => true }): Owner {
  const owner = createOwner(redis, guard, 'test');
  owners.push(owner);
  return owner;
}

async function spokeAt(id: string): Promise<number> {
  return Number((await redis.get(ownerKey('test', id)))?.split(' ')[0] ?? 0);
}
