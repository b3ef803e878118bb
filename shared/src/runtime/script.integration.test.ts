import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFailFastRedis, openPatientRedis } from './redis.ts';
import { defineScript, runScript } from './script.ts';

const ECHO = defineScript('return {KEYS[1], ARGV[1], ARGV[2]}');

let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  server = await startTestRedis();
  redis = openPatientRedis(server.url);
});
afterAll(async () => {
  redis?.disconnect();
  await server?.remove();
});

test('a script runs where Redis never saw it, and after Redis has forgotten it', async () => {
  expect(await runScript(redis, ECHO, ['k'], ['a', 2])).toEqual(['k', 'a', '2']);
  expect(await redis.script('EXISTS', ECHO.digest)).toEqual([1]);
  await redis.script('FLUSH');
  expect(await runScript(redis, ECHO, ['k'], ['b', 3])).toEqual(['k', 'b', '3']);
});

test('a script runs after a restart of Redis', async () => {
  await runScript(redis, ECHO, ['k'], ['a', 1]);
  await server.kill();
  await server.start();
  expect(await runScript(redis, ECHO, ['k'], ['a', 1])).toEqual(['k', 'a', '1']);
});

test('an error of the script itself is passed on, and it is not run twice', async () => {
  const fails = defineScript(
    `redis.call('INCR', KEYS[1]) return redis.error_reply('MINE on purpose')`,
  );
  await expect(runScript(redis, fails, ['runs'], [])).rejects.toThrow('MINE on purpose');
  await expect(runScript(redis, fails, ['runs'], [])).rejects.toThrow('MINE on purpose');
  expect(await redis.get('runs')).toBe('2');
});

test('a connection of the API fails at once while Redis is away, one of the committer waits for it', async () => {
  const failFast = openFailFastRedis(server.url);
  try {
    await server.kill();
    await expect(failFast.get('k')).rejects.toThrow();
    const answer = redis.set('k', 'v');
    await server.start();
    expect(await answer).toBe('OK');
  } finally {
    failFast.disconnect();
  }
});
