import { expect, test } from 'vitest';
import { createBooks } from '../generate/create-books.ts';
import { compareBalances, type FoundBalance } from './compare-balances.ts';
import { createProblems } from './create-problems.ts';

const ADDRESSES = ['world', 'empty', 'a'];
const books = createBooks(3);
books.enter({ source: 0, destination: 2, amount: 40 });

const WORLD = { address: 'world', asset: 'BRL/2', posted: '-40', held: '0' };
const A = { address: 'a', asset: 'BRL/2', posted: '40', held: '0' };

function compare(found: FoundBalance[]): string[] {
  const problems = createProblems();
  compareBalances(ADDRESSES, books, 'BRL/2', found, problems);
  return problems.lines();
}

test('equal books have no problem; no row is as good as zero', () => {
  expect(compare([WORLD, A])).toEqual([]);
  expect(compare([WORLD, A, { ...A, address: 'empty', posted: '0' }])).toEqual([]);
});

test.each([
  [[WORLD, { ...A, posted: '41' }], 'balances that differ (1): a has 41, not 40'],
  [[WORLD], 'balances that differ (1): a has 0, not 40'],
  [[WORLD, A, { ...A, address: 'empty' }], 'balances that differ (1): empty has 40, not 0'],
  [[WORLD, A, { ...A, address: 'b' }], 'balances that should not be (1): {"address":"b"'],
  [[WORLD, A, { ...A, asset: 'USD/2' }], 'balances that should not be (1): {"address":"a"'],
])('%j', (found, line) => {
  const lines = compare(found);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(line);
});
