import { expect, test } from 'vitest';
import { createThrottle } from './throttle.ts';

const RULE = { busy: 50, intervalMs: 25 };

test('a turn after a small one begins at once', async () => {
  const throttle = createThrottle(RULE);
  throttle.began(RULE.busy - 1);
  expect(await timed(throttle.next)).toBeLessThan(RULE.intervalMs / 2);
});

test('a turn after a large one begins an interval after it began', async () => {
  const throttle = createThrottle(RULE);
  throttle.began(RULE.busy);
  expect(await timed(throttle.next)).toBeGreaterThan(RULE.intervalMs - 3);
  expect(await timed(throttle.next)).toBeLessThan(RULE.intervalMs / 2);
});

test('a turn after one that took longer than the interval begins at once', async () => {
  let clock = 0;
  const throttle = createThrottle(RULE, () => clock);
  throttle.began(RULE.busy);
  clock = RULE.intervalMs + 1;
  expect(await timed(throttle.next)).toBeLessThan(RULE.intervalMs / 2);
});

test('whoever hurries ends the wait that is under way, not one to come', async () => {
  const throttle = createThrottle(RULE);
  throttle.hurry();
  throttle.began(RULE.busy);
  const waited = timed(throttle.next);
  let turns = 0;
  setImmediate(() => turns++);
  throttle.hurry();
  expect(await waited).toBeLessThan(RULE.intervalMs / 2);
  expect(turns, 'what came with this turn is there').toBe(1);
  expect(await timed(throttle.next)).toBeGreaterThan(RULE.intervalMs / 2);
});

test('what is left of an interval can be asked for', () => {
  let clock = 0;
  const throttle = createThrottle(RULE, () => clock);
  expect(throttle.left()).toBe(0);
  throttle.began(RULE.busy);
  clock = 10;
  expect(throttle.left()).toBe(RULE.intervalMs - 10);
  clock = RULE.intervalMs;
  expect(throttle.left()).toBe(0);
});

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
