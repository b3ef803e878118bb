import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromDigits, toDigits } from './digits.ts';

const MOST = Number.MAX_SAFE_INTEGER;

test.each([
  [0, '0'],
  [9, '9'],
  [10, 'A'],
  [61, 'z'],
  [62, '10'],
  [62 ** 4 - 1, 'zzzz'],
  [62 ** 4, '10000'],
  [62 ** 4 + 62, '10010'],
])('%s is %s', (value, text) => {
  expect([toDigits(value), fromDigits(text)]).toEqual([text, value]);
});

test('every number comes back, and a greater one stands behind a smaller one of as many digits', () => {
  const number = fc.oneof(fc.maxSafeNat(), fc.nat(100_000), fc.constant(MOST));
  fc.assert(
    fc.property(number, number, (a, b) => {
      const [first, second] = [toDigits(a), toDigits(b)];
      expect(fromDigits(first)).toBe(a);
      if (first.length === second.length) expect(first < second).toBe(a < b);
      else expect(first.length < second.length).toBe(a < b);
    }),
  );
});

test('what is no whole number from 0 to 2^53 has no digits', () => {
  for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, MOST + 1])
    expect(toDigits(value)).toBe('');
});

test('what is no digits is no number', () => {
  for (const text of [
    '',
    '-1',
    '1.5',
    '+',
    'a b',
    'é',
    '{',
    'zzzzzzzzzz',
    toDigits(MOST).replace(/.$/, 'z'),
  ])
    expect(fromDigits(text)).toBeNaN();
});
