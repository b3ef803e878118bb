import { expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { createChain } from './chains.ts';
import { createDoomed } from './doomed.ts';
import { createTransfers } from './transfers.ts';

const many = Array.from({ length: 2_000 });

test('a chain takes out what it has put in, each time', () => {
  const chain = createChain('c', createRandom(1));
  for (const _ of many.slice(0, 50)) {
    const [inward] = chain.next().postings;
    const [outward] = chain.next().postings;
    expect([inward?.source, inward?.destination, inward?.amount]).toEqual([
      outward?.destination,
      outward?.source,
      outward?.amount,
    ]);
  }
});

test('transfers know their outcome: applied as foretold, no account ever falls below zero', () => {
  const transfers = createTransfers('c', createRandom(2));
  const balances = new Map<string, number>();
  const add = (account: string, amount: number) =>
    balances.set(account, (balances.get(account) ?? 0) + amount);
  let rejected = 0;
  for (const _ of many) {
    const { postings, expected } = transfers.next();
    const before = new Map(balances);
    for (const { source, destination, amount } of postings) {
      add(source, -Number(amount));
      add(destination, Number(amount));
    }
    const sound = [...balances].every(([account, held]) => account === 'world' || held >= 0);
    expect(sound).toBe(expected === 'posted');
    if (!sound) {
      rejected += 1;
      for (const [account] of balances) balances.set(account, before.get(account) ?? 0);
    }
  }
  expect(rejected / many.length).toBeGreaterThan(0.05);
  expect(rejected / many.length).toBeLessThan(0.5);
});

test('doomed commands have every reason, alone and after a posting that is fine', () => {
  const doomed = createDoomed(createRandom(3));
  const drafts = many.map(() => doomed.next());
  expect(new Set(drafts.map(({ expected }) => expected))).toEqual(
    new Set(['insufficient_funds', 'balance_limit_exceeded', 'account_frozen']),
  );
  expect(new Set(drafts.map(({ postings }) => postings.length))).toEqual(new Set([1, 2]));
});
