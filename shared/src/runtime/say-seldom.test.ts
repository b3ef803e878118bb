import { expect, test } from 'vitest';
import { saySeldom } from './say-seldom.ts';

test('a cause is said once in its period, then with the number of those that were not', () => {
  let now = 0;
  const seldom = saySeldom(1_000, () => now);
  expect(['a', 'a', 'a', 'b', 'b'].map(seldom)).toEqual([0, null, null, 0, null]);
  now = 999;
  expect(seldom('a')).toBe(null);
  now = 1_000;
  expect(['a', 'b', 'a'].map(seldom)).toEqual([3, 1, null]);
  now = 2_000;
  expect(['a', 'b', 'c'].map(seldom)).toEqual([1, 0, 0]);
});
