import { expect, test } from 'vitest';
import { parseStat } from './parse-stat.ts';

const REST =
  '1 100 100 0 -1 4194560 500 600 7 8 250 50 30 4 20 0 11 0 12345 1000 200 18446744073709551615';

test('parent and the four times', () => {
  expect(parseStat(`200 (node) S ${REST}\n`)).toEqual({ parent: 1, ticks: 334 });
});

test('a command with blanks and parentheses does not shift the fields', () => {
  expect(parseStat(`200 (postgres: a) R (b) S ${REST}\n`)).toEqual({ parent: 1, ticks: 334 });
});
