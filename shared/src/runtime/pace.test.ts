import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

const RULE = { busy: 50, intervalMs: 25 };

test('a turn after a small one begins at once', async () => {
  const pace = createPace(RULE);
  pace.began(RULE.busy - 1);
  expect(await timed(pace.next)).toBeLessThan(RULE.intervalMs / 2);
});

test('a turn after a large one begins an interval after it began', async () => {
  const pace = createPace(RULE);
  pace.began(RULE.busy);
  expect(await timed(pace.next)).toBeGreaterThan(RULE.intervalMs - 3);
  expect(await timed(pace.next)).toBeLessThan(RULE.intervalMs / 2);
});

test('a turn after one that took longer than the interval begins at once', async () => {
  let clock = 0;
  const pace = createPace(RULE, () => clock);
  pace.began(RULE.busy);
  clock = RULE.intervalMs + 1;
  expect(await timed(pace.next)).toBeLessThan(RULE.intervalMs / 2);
});

test('whoever hurries ends the wait that is under way, not one to come', async () => {
  const pace = createPace(RULE);
  pace.hurry();
  pace.began(RULE.busy);
  const waited = timed(pace.next);
  let turns = 0;
  setImmediate(() => turns++);
  pace.hurry();
  expect(await waited).toBeLessThan(RULE.intervalMs / 2);
  expect(turns, 'what came with this turn is there').toBe(1);
  expect(await timed(pace.next)).toBeGreaterThan(RULE.intervalMs / 2);
});

test('what is left of an interval can be asked for', () => {
  let clock = 0;
  const pace = createPace(RULE, () => clock);
  expect(pace.left()).toBe(0);
  pace.began(RULE.busy);
  clock = 10;
  expect(pace.left()).toBe(RULE.intervalMs - 10);
  clock = RULE.intervalMs;
  expect(pace.left()).toBe(0);
});

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
