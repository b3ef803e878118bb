import { expect, test } from 'vitest';
import { pickSample } from './pick-sample.ts';

test('as many as asked for, none twice, all from the items', () => {
  const items = [...Array(50).keys()];
  const sample = pickSample(items, 20);
  expect(new Set(sample).size).toBe(20);
  expect(sample.every((item) => items.includes(item))).toBe(true);
});

test('all items when more are asked for than there are', () => {
  expect(pickSample([1, 2, 3], 200).sort()).toEqual([1, 2, 3]);
});
