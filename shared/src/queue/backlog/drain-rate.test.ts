import { expect, test } from 'vitest';
import { createDrainRate } from './drain-rate.ts';

let now: number;
const rate = () => {
  now = 0;
  return createDrainRate(() => now);
};

test('while more waits the rate is told about once a second', () => {
  const drain = rate();
  const told: (number | null)[] = [];
  for (; now < 3_000; now += 250) told.push(drain.done(500, true));
  // The first tells when the measuring began.
  expect(told.map((one) => one !== null)).toEqual([
    ...[false, false, false, false, true],
    ...[false, false, false, true],
    ...[false, false, false],
  ]);
  expect(told.filter((one) => one !== null)).toEqual([2_000, 2_000]);
});

test('a commit that takes longer than a second is told at once, and a new pace comes half by half', () => {
  const drain = rate();
  drain.done(100, true);
  now = 8_000;
  expect(drain.done(800, true)).toBe(100);
  now = 9_000;
  expect(drain.done(300, true)).toBe(200);
  now = 10_000;
  expect(drain.done(300, true)).toBe(250);
});

test('with nothing left to do nothing is told, and what was before is forgotten', () => {
  const drain = rate();
  drain.done(1, true);
  now = 900;
  expect(drain.done(900, false)).toBeNull();
  now = 60_000;
  expect(drain.done(1, false)).toBeNull();
  expect(drain.done(1, true)).toBeNull();
  now = 61_000;
  expect(drain.done(50, true)).toBe(50);
});
