import { expect, test } from 'vitest';
import { createSentLately } from './sent-lately.ts';

test('what was sent is remembered for a time, counted from the last time it was sent', () => {
  let now = 0;
  const sent = createSentLately(100, 10, () => now);
  sent.add('a');
  now = 50;
  sent.add('b');
  expect([sent.has('a'), sent.has('b'), sent.has('c')]).toEqual([true, true, false]);
  now = 99;
  sent.add('a');
  now = 150;
  expect([sent.has('a'), sent.has('b')]).toEqual([true, false]);
  now = 199;
  expect(sent.has('a')).toBe(false);
});

test('so many are remembered at most, the last ones', () => {
  const sent = createSentLately(100, 3, () => 0);
  for (const key of ['a', 'b', 'c', 'a', 'd']) sent.add(key);
  expect(['a', 'b', 'c', 'd'].map(sent.has)).toEqual([true, false, true, true]);
});
