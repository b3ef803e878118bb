import { setTimeout as delay } from 'node:timers/promises';
import { SWEEP_KEYS } from '@razao/shared/contract/limits.ts';
import { encodeOutcome, encodeQueued } from '@razao/shared/contract/status-record.ts';
import { instantText } from '@razao/shared/contract/time.ts';
import { recordsState } from '@razao/shared/queue/restore-records.ts';
import {
  balanceKey,
  intactKey,
  recordKey,
  type ShardKeys,
  shardKeys,
} from '@razao/shared/runtime/keys.ts';
import { createLog } from '@razao/shared/runtime/log.ts';
import { createRegistry, createWorkerMetrics } from '@razao/shared/runtime/metrics.ts';
import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { testPrint, testUid } from '@razao/shared/test/commands.ts';
import { until } from '@razao/stack/test/until.ts';
import { startTestRedis, type TestRedis } from '@razao/stack/test-redis.ts';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createMemoryWindow, type MemoryWindow } from './memory-window.ts';

const INSTALLATION = 'window';
const SHARDS = [0, 11].map((shard) => shardKeys(INSTALLATION, shard));
const HOUR = 3_600;
const UID = testUid(1);

let server: TestRedis;
let redis: Redis;
let windows: MemoryWindow[];
let registry: ReturnType<typeof createRegistry>;

beforeAll(async () => {
  server = await startTestRedis();
  redis = openPatientRedis(server.url);
});
afterAll(async () => {
  redis?.disconnect();
  await server?.remove();
});
beforeEach(async () => {
  windows = [];
  await redis.flushall();
  await redis.config('SET', 'maxmemory', '512mb');
  // So that what connections need now and then makes no difference; sent as it is, it would take as much of their buffers for a while.
  await redis.setrange('ballast', 30_000_000, 'x');
  await limitMemory(0.1);
});
afterEach(async () => {
  await Promise.all(windows.map((window) => window.stop()));
});

test('the window shortens while memory is short, is told, and grows back', async () => {
  const window = await open();
  expect(window.retention()).toEqual({ seconds: HOUR, balances: true, outcomes: true });
  await until('the window is told', async () => (await told()) === HOUR);
  await limitMemory(0.6);
  await until('it shortens', () => window.retention().seconds < HOUR / 2);
  expect(window.retention().seconds).toBeGreaterThan(60);
  await limitMemory(0.8);
  await until('it is the shortest', () => window.retention().seconds === 60);
  expect(window.retention()).toMatchObject({ balances: false, outcomes: true });
  await until('that is told', async () => (await told()) === 60);
  await limitMemory(0.9);
  await until('nothing is kept', () => !window.retention().outcomes);
  await until('that is told', async () => (await told()) === 0);
  await limitMemory(0.2);
  await until('it is whole again', () => window.retention().seconds === HOUR);
  await until('that is told', async () => (await told()) === HOUR);
});

test('what was published with a longer life is deleted or shortened; what is queued is not, nor what has little life left', async () => {
  await fill();
  await open();
  await delay(700);
  expect(await lives(), 'with enough memory nothing is touched').toEqual(AS_WRITTEN);
  // Some two minutes.
  await limitMemory(0.71);
  await until(
    'the oldest are deleted',
    async () => (await lives())['posted an hour ago'] === 'gone',
  );
  await until('the last is shortened', async () => (await lives())['balance'] === 'short');
  expect(await lives()).toEqual({
    ...AS_WRITTEN,
    'posted an hour ago': 'gone',
    'acted on an hour ago': 'gone',
    'posted now': 'short',
    'accepted an hour ago, posted now': 'short',
    balance: 'short',
  });
});

test('balances are deleted where memory is shorter, and all that is finished where there is hardly any', async () => {
  await fill();
  await open();
  await limitMemory(0.8);
  await until('balances are gone', async () => (await lives())['balance'] === 'gone');
  await until('the oldest are gone', async () => (await lives())['posted an hour ago'] === 'gone');
  expect((await lives())['posted now']).toBe('short');
  await limitMemory(0.95);
  await until('all is gone', async () => (await lives())['posted now'] === 'gone', 30_000);
  expect(await lives()).toEqual({
    ...Object.fromEntries(Object.keys(AS_WRITTEN).map((name) => [name, 'gone'])),
    'queued an hour ago': 'for ever',
    intact: 'for ever',
  });
  // The window is a minute still: whoever accepts a write asks Postgres meanwhile.
  const [keys] = SHARDS as [ShardKeys];
  expect(await recordsState(redis, keys)).toBe('doubtful');
  const left = Number(await redis.get(intactKey(keys))) - Date.now();
  expect(left).toBeGreaterThan(50_000);
  expect(left).toBeLessThan(70_000);
});

test('a sweep passes all keys, of every shard, and one process does it for all', async () => {
  const many = Array.from({ length: 5 * SWEEP_KEYS.atFirst }, (_, i) => i);
  for (const keys of SHARDS)
    await Promise.all(many.map((i) => redis.set(recordKey(keys, UID, idOf(i)), postedAgo(HOUR))));
  const [one, two] = [await open(), await open()];
  await limitMemory(0.7);
  await until('all are gone', async () => (await redis.keys('*:t:*')).length === 0);
  expect([one, two].map((window) => window.retention().outcomes)).toEqual([true, true]);
  // Whoever did it let go of it in time: the other could do it too.
  await until('nobody sweeps any more', async () => (await redis.keys('*:sweeper')).length === 0);
});

test('a Redis that is full is swept as well', async () => {
  await fill();
  await redis.config('SET', 'maxmemory', '1');
  await expect(redis.set('more', 'x')).rejects.toThrow(/OOM/);
  await open();
  await until('the oldest are gone', async () => (await lives())['posted an hour ago'] === 'gone');
});

async function open(): Promise<MemoryWindow> {
  registry = createRegistry();
  const window = createMemoryWindow({
    redis,
    guard: { usable: () => true },
    installation: INSTALLATION,
    shards: SHARDS,
    owner: `process-${windows.length}`,
    clock: { now: Date.now },
    longestSeconds: HOUR,
    metrics: createWorkerMetrics(registry),
    log: createLog('test', 'silent'),
  });
  windows.push(window);
  await window.start();
  return window;
}

async function told(): Promise<number | undefined> {
  const metric = registry.getSingleMetric('razao_idempotency_window_seconds');
  return (await metric?.get())?.values[0]?.value;
}

const AS_WRITTEN = {
  'posted an hour ago': 'long',
  'acted on an hour ago': 'long',
  'posted now': 'long',
  'accepted an hour ago, posted now': 'long',
  'queued an hour ago': 'for ever',
  'soon over': 'short',
  balance: 'long',
  intact: 'for ever',
};

/** One of each kind, by what it is. */
async function fill(): Promise<void> {
  const [keys] = SHARDS;
  if (!keys) throw new Error('no shard');
  const head = { kind: 'transfer', fingerprint: testPrint('p') } as const;
  const lines: Record<string, [key: string, line: string, seconds?: number]> = {
    'posted an hour ago': [recordOf(0), postedAgo(HOUR), HOUR],
    'acted on an hour ago': [recordOf(1), postedAgo(HOUR, 9), HOUR],
    'posted now': [recordOf(2), postedAgo(0), HOUR],
    'accepted an hour ago, posted now': [recordOf(3), postedAgo(0, 5, HOUR), HOUR],
    'queued an hour ago': [
      recordOf(4),
      encodeQueued({ ...head, acceptedAt: ago(HOUR), chunk: 'c' }),
    ],
    'soon over': [recordOf(5), postedAgo(30), 30],
    balance: [balanceKey(keys, UID, 'alice', 'BRL/2'), '5 100 0', HOUR],
    intact: [intactKey(keys), '0'],
  };
  for (const [name, [key, line, seconds]] of Object.entries(lines)) {
    places.set(name, key);
    if (seconds === undefined) await redis.set(key, line);
    else await redis.set(key, line, 'EX', seconds);
  }
}

const places = new Map<string, string>();

/** What became of each. */
async function lives(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, key] of places) {
    const left = await redis.ttl(key);
    found[name] =
      left === -2 ? 'gone' : left === -1 ? 'for ever' : left > HOUR / 2 ? 'long' : 'short';
  }
  return found;
}

function postedAgo(seconds: number, version = 5, acceptedSeconds = seconds): string {
  return encodeOutcome({
    version,
    status: 'posted',
    kind: 'transfer',
    sequence: 5,
    fingerprint: testPrint('p'),
    acceptedAt: ago(acceptedSeconds),
    postedAt: ago(seconds),
    rejection: null,
  });
}

function ago(seconds: number): string {
  return instantText(Date.now() - seconds * 1_000);
}

function recordOf(i: number): string {
  return recordKey(SHARDS[i % SHARDS.length] as ShardKeys, UID, idOf(i));
}

function idOf(i: number): string {
  return `0198f2c4-5a3b-7c11-8f00-${String(i).padStart(12, '0')}`;
}

/** Makes what Redis uses now this share of what it may use. */
async function limitMemory(share: number): Promise<void> {
  const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
  await redis.config('SET', 'maxmemory', String(Math.round(used / share)));
}
