import { expect, test } from 'vitest';
import { countInversions } from './count-inversions.ts';

test('things that come in their order are not inverted', () => {
  expect(countInversions(['a', 'b', 'c'], ['a', 'b', 'c'])).toBe(0);
});

test('each that comes before an older one counts once', () => {
  expect(countInversions(['a', 'b', 'c', 'd'], ['b', 'c', 'a', 'd'])).toBe(2);
});
