import { expect, test } from 'vitest';
import { familyOf } from './family-of.ts';

const TABLE = new Map([
  [1, { parent: 0, ticks: 0 }],
  [10, { parent: 1, ticks: 0 }],
  [11, { parent: 10, ticks: 0 }],
  [12, { parent: 10, ticks: 0 }],
  [13, { parent: 12, ticks: 0 }],
  [20, { parent: 1, ticks: 0 }],
]);

test('children and their children, nobody else', () => {
  expect(familyOf(10, TABLE)).toEqual([10, 11, 12, 13]);
  expect(familyOf(20, TABLE)).toEqual([20]);
});

test('a dead process has no family', () => {
  expect(familyOf(99, TABLE)).toEqual([]);
});
