import { createLog } from '@razao/shared/runtime/log.ts';
import { throttleLog } from '@razao/shared/runtime/log-throttle.ts';
import { beforeEach, expect, test } from 'vitest';
import { LockLost } from '../leadership/lock-lost.ts';
import { type RetryOptions, retryCommit } from './retry-commit.ts';

let stopping: AbortController;
let retries: string[];
let now: number;
let options: RetryOptions;

beforeEach(() => {
  stopping = new AbortController();
  retries = [];
  now = 0;
  options = {
    shard: 3,
    log: createLog('test', 'silent'),
    signal: stopping.signal,
    onRetry: (sqlstate) => retries.push(sqlstate),
    logThrottle: throttleLog(30_000, () => now),
  };
});

test('invariant 9: a commit that fails is tried again until it succeeds, each time counted by its cause', async () => {
  expect(await retryCommit(failing('40P01', '40P01', 'ECONNRESET'), options)).toBe('committed');
  expect(retries).toEqual(['40P01', '40P01', 'ECONNRESET']);
});

test('one line is logged for each cause in half a minute, over all commits, with how many were not', async () => {
  const logged: unknown[] = [];
  options.log.error = (line: object) => {
    const { err, unsaid } = line as { err: { code: string }; unsaid: number };
    logged.push([err.code, unsaid]);
  };
  await retryCommit(failing('53100', '53100', '57P03'), options);
  await retryCommit(failing('53100'), options);
  now = 29_999;
  await retryCommit(failing('57P03'), options);
  expect(logged).toEqual([
    ['53100', 0],
    ['57P03', 0],
  ]);
  now = 30_000;
  await retryCommit(failing('53100'), options);
  expect(logged.slice(2)).toEqual([['53100', 2]]);
});

test('the tries keep a growing distance', async () => {
  const startedAt = performance.now();
  await retryCommit(failing('53100', '53100', '53100'), options);
  // At least half of 50, 100 and 200 ms.
  expect(performance.now() - startedAt).toBeGreaterThan(170);
});

test('invariant 5: a lost lock is never waited out', async () => {
  const lost = new LockLost(3);
  await expect(retryCommit(() => Promise.reject(lost), options)).rejects.toBe(lost);
  expect(retries).toEqual([]);
});

test('a stop between two tries ends it with the last error', async () => {
  const end = retryCommit(failing(...Array.from({ length: 9 }, () => '53100')), options);
  stopping.abort();
  await expect(end).rejects.toMatchObject({ code: '53100' });
  expect(retries.length).toBeLessThanOrEqual(1);
});

/** A commit that fails with each of these codes in turn, and then succeeds. */
function failing(...codes: string[]): () => Promise<string> {
  return async () => {
    const code = codes.shift();
    if (code === undefined) return 'committed';
    throw Object.assign(new Error(code), { code });
  };
}
