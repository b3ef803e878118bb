import { expect, test } from 'vitest';
import { fundingOf, limitsOf, ownAddress, SHARED } from './accounts.ts';

test('limits and funding are for the accounts that clients use', () => {
  const limits = limitsOf(2);
  expect([...limits.keys()].sort()).toEqual([
    'mix:0:capped',
    'mix:0:tight',
    'mix:1:capped',
    'mix:1:tight',
  ]);
  const funded = new Set(fundingOf(0).map(({ destination }) => destination));
  expect(funded).toEqual(
    new Set([ownAddress(0, 'purse'), ownAddress(0, 'tight'), ownAddress(0, 'capped'), ...SHARED]),
  );
  expect(fundingOf(1)).toHaveLength(3 * 2);
});

test('nobody begins beyond a limit', () => {
  const limits = limitsOf(1);
  for (const { destination, amount } of fundingOf(0)) {
    expect(amount <= (limits.get(destination)?.max ?? amount)).toBe(true);
  }
});
