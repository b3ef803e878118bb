import { expect, test } from 'vitest';
import { createBooks } from './create-books.ts';
import { EMPTY_PLACE, WORLD_PLACE } from './transfer.ts';

test('what leaves one account reaches the other', () => {
  const books = createBooks(4);
  books.enter({ source: WORLD_PLACE, destination: 2, amount: 500 });
  books.enter({ source: 2, destination: 3, amount: 120 });
  expect([0, 1, 2, 3].map((place) => books.balance(place))).toEqual([-500n, 0n, 380n, 120n]);
});

test('a transfer that must be rejected changes nothing', () => {
  const books = createBooks(3);
  books.enter({ source: EMPTY_PLACE, destination: 2, amount: 7 });
  expect([0, 1, 2].map((place) => books.balance(place))).toEqual([0n, 0n, 0n]);
});

test('sums are exact beyond 2^53', () => {
  const books = createBooks(3);
  books.enter({ source: WORLD_PLACE, destination: 2, amount: Number.MAX_SAFE_INTEGER });
  books.enter({ source: WORLD_PLACE, destination: 2, amount: 2 });
  expect(books.balance(2)).toBe(2n ** 53n + 1n);
});

test('a place outside the list is a fault, not a new account', () => {
  expect(() => createBooks(3).enter({ source: WORLD_PLACE, destination: 3, amount: 1 })).toThrow(
    'no account has place 3',
  );
});
