import { expect, test } from 'vitest';
import type { Sent } from '../load/draft.ts';
import { compareBalances, compareTransactions } from './compare.ts';
import type { Stored } from './stored.ts';

const sent = (id: string, order: number, more: Partial<Sent> = {}): Sent => ({
  client: 'c',
  order,
  ledger: 'l',
  key: `key-${id}`,
  id,
  expected: 'posted',
  ...more,
});
const stored = (id: string, sequence: number, more: Partial<Stored> = {}): Stored => ({
  ledger: 'l',
  id,
  sequence,
  outcome: 'posted',
  ...more,
});
const kinds = (violations: string[]) => violations.map((text) => text.split(':')[0]);

test('what is stored as it was foretold, in order, is no violation', () => {
  const told = [sent('a', 0), sent('b', 1, { expected: 'account_frozen' }), sent('c', 2)];
  const rows = [stored('c', 9), stored('a', 2), stored('b', 5, { outcome: 'account_frozen' })];
  expect(compareTransactions(told, rows)).toEqual([]);
});

test('each violation is found, and names the id', () => {
  expect(kinds(compareTransactions([sent('a', 0)], []))).toEqual(['lost']);
  expect(kinds(compareTransactions([sent('a', 0)], [stored('a', 1), stored('a', 2)]))).toEqual([
    'doubled',
  ]);
  expect(kinds(compareTransactions([], [stored('a', 1)]))).toEqual(['unknown']);
  expect(
    kinds(compareTransactions([sent('a', 0)], [stored('a', 1, { outcome: 'processing_failed' })])),
  ).toEqual(['outcome']);
  const swapped = compareTransactions(
    [sent('a', 0), sent('b', 1)],
    [stored('a', 2), stored('b', 1)],
  );
  expect(swapped[0]).toMatch(/^order: l b .* has sequence 1, a before it 2$/);
});

test('the same id in another ledger, and the order between clients, are free', () => {
  const told = [
    sent('a', 0),
    sent('a', 0, { ledger: 'm', client: 'd' }),
    sent('b', 0, { client: 'e' }),
  ];
  const rows = [stored('a', 9), stored('a', 1, { ledger: 'm' }), stored('b', 3)];
  expect(compareTransactions(told, rows)).toEqual([]);
});

test('balances are compared from both sides, and a missing one is zero', () => {
  const foretold = new Map([
    ['l a', 5n],
    ['l b', 0n],
  ]);
  expect(compareBalances(foretold, new Map([['l a', 5n]]))).toEqual([]);
  expect(compareBalances(foretold, new Map([['l c', 1n]]))).toEqual([
    'balance: l a is 0, not 5',
    'balance: l c is 1, not 0',
  ]);
});
