import { KNOWN_BALANCES_MAX } from '@razao/shared/contract/limits.ts';
import { expect, test } from 'vitest';
import { GENESIS, POSTED_AT } from './case-words.cases.ts';
import { KnownState } from './known-state.ts';
import { balanceOf } from './state.ts';

test('what is added shows in the open books, until the ledger has moved on without this session', () => {
  const known = new KnownState();
  const books = known.open([ledger(1), ledger(2)]);
  add(known, 1, 'alice');
  expect(balanceOf(books, 1, 'alice', 'BRL/2')).toMatchObject({ address: 'alice' });
  expect(balanceOf(books, 2, 'alice', 'BRL/2')).toBeUndefined();
  expect(balancesIn(known, ledger(1))).toBe(1);
  known.moveOn(ledger(1, 2));
  expect(balancesIn(known, ledger(1, 2))).toBe(1);
  expect(balancesIn(known, ledger(1, 3))).toBe(0);
  expect(balancesIn(known, ledger(1, 2))).toBe(0);
});

test('all is forgotten once it is too much, each balance counted once and a forgotten ledger no more', () => {
  const known = new KnownState();
  known.open([ledger(1), ledger(2)]);
  for (let i = 0; i < KNOWN_BALANCES_MAX; i++) add(known, 1, `user:${i}`);
  for (let i = 0; i < KNOWN_BALANCES_MAX; i++) add(known, 1, `user:${i}`);
  expect(balancesIn(known, ledger(1))).toBe(KNOWN_BALANCES_MAX);
  known.open([ledger(1, 2)]);
  for (let i = 0; i < KNOWN_BALANCES_MAX; i++) add(known, 2, `user:${i}`);
  expect(balancesIn(known, ledger(2))).toBe(KNOWN_BALANCES_MAX);
  add(known, 1, 'one more');
  expect(balancesIn(known, ledger(2))).toBe(0);
});

function ledger(id: number, nextSequence = 1) {
  const counters = { nextSequence, nextBalance: 1, settingsVersion: 0 };
  return { id, accounts: 'auto', ...counters, hash: GENESIS, postedAt: POSTED_AT } as const;
}

function add(known: KnownState, ledgerId: number, address: string): void {
  const amounts = { posted: 0n, held: 0n, overdraftLimit: 0n, maxBalance: null };
  known.addBalance({ ledgerId, address, asset: 'BRL/2', id: 1, ...amounts, version: 1 });
}

function balancesIn(known: KnownState, row: ReturnType<typeof ledger>): number {
  return known.open([row]).get(row.id)?.balances.get('BRL/2')?.size ?? 0;
}
