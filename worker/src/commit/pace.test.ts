import { BUSY_BATCH_COMMANDS_MIN, BUSY_COMMIT_INTERVAL_MS } from '@razao/shared/contract/limits.ts';
import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

test('a commit after a small one begins at once', async () => {
  const pace = createPace();
  pace.began(BUSY_BATCH_COMMANDS_MIN - 1);
  expect(await timed(pace.next)).toBeLessThan(BUSY_COMMIT_INTERVAL_MS / 2);
});

test('a commit after a large one begins an interval after it began', async () => {
  const pace = createPace();
  pace.began(BUSY_BATCH_COMMANDS_MIN);
  expect(await timed(pace.next)).toBeGreaterThan(BUSY_COMMIT_INTERVAL_MS - 3);
  expect(await timed(pace.next)).toBeLessThan(BUSY_COMMIT_INTERVAL_MS / 2);
});

test('a commit after one that took longer than the interval begins at once', async () => {
  let clock = 0;
  const pace = createPace(() => clock);
  pace.began(BUSY_BATCH_COMMANDS_MIN);
  clock = BUSY_COMMIT_INTERVAL_MS + 1;
  expect(await timed(pace.next)).toBeLessThan(BUSY_COMMIT_INTERVAL_MS / 2);
});

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
