import { expect, test } from 'vitest';
import { throttleLog } from './log-throttle.ts';

test('a cause is said once in its period, then with the number of those that were not', () => {
  let now = 0;
  const logThrottle = throttleLog(1_000, () => now);
  expect(['a', 'a', 'a', 'b', 'b'].map(logThrottle)).toEqual([0, null, null, 0, null]);
  now = 999;
  expect(logThrottle('a')).toBe(null);
  now = 1_000;
  expect(['a', 'b', 'a'].map(logThrottle)).toEqual([3, 1, null]);
  now = 2_000;
  expect(['a', 'b', 'c'].map(logThrottle)).toEqual([1, 0, 0]);
});
