import { expect, test } from 'vitest';
import { median } from './median.ts';

test.each([
  [[7], 7],
  [[10, 9, 100], 10],
  [[1, 2, 3, 10], 2.5],
])('%j: %d', (values, middle) => {
  expect(median(values)).toBe(middle);
});

test('nothing has no median', () => {
  expect(() => median([])).toThrow(RangeError);
});
