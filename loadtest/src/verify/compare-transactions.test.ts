import { expect, test } from 'vitest';
import type { Outcome } from '../generate/transfer.ts';
import { compareTransactions, type FoundTransaction } from './compare-transactions.ts';
import { createProblems } from './create-problems.ts';

async function* rows(found: FoundTransaction[]) {
  yield* found;
}

async function compare(expected: [string, Outcome][], found: FoundTransaction[]) {
  const problems = createProblems();
  const counts = await compareTransactions(new Map(expected), rows(found), problems);
  return { counts, lines: problems.lines() };
}

const A = { id: 'a', status: 'posted', code: null };
const B = { id: 'b', status: 'rejected', code: 'insufficient_funds' };

test('all there, each as it had to be', async () => {
  const { counts, lines } = await compare(
    [
      ['a', 'posted'],
      ['b', 'insufficient_funds'],
    ],
    [A, B],
  );
  expect(counts).toEqual({ posted: 1, rejected: 1 });
  expect(lines).toEqual([]);
});

test.each<[string, [string, Outcome][], FoundTransaction[], string]>([
  ['missing', [['a', 'posted']], [], 'accepted transactions that are missing (1): a'],
  ['never accepted', [], [A], 'transactions that were never accepted (1): a posted'],
  ['twice', [['a', 'posted']], [A, A], 'transactions that are there twice (1): a'],
  [
    'rejected though funded',
    [['b', 'posted']],
    [B],
    'transactions with the wrong outcome (1): b rejected insufficient_funds, not posted',
  ],
  [
    'posted though empty',
    [['a', 'insufficient_funds']],
    [A],
    'transactions with the wrong outcome (1): a posted null, not insufficient_funds',
  ],
  [
    'rejected for another reason',
    [['b', 'insufficient_funds']],
    [{ ...B, code: 'processing_failed' }],
    'transactions with the wrong outcome (1): b rejected processing_failed, not insufficient_funds',
  ],
])('%s', async (_name, expected, found, line) => {
  expect((await compare(expected, found)).lines).toEqual([line]);
});
