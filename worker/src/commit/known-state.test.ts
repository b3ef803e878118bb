import { balanceOf } from '@razao/ledger/state.ts';
import { KNOWN_BALANCES_MAX } from '@razao/shared/contract/limits.ts';
import { expect, test } from 'vitest';
import { KnownState } from './known-state.ts';

const GENESIS = Buffer.alloc(32).toString('base64');
const POSTED_AT = '2026-11-25T12:00:00.000001Z';

test('what is added shows in the open books, until the ledger has moved on without this session', () => {
  const known = new KnownState();
  const books = known.open([ledger('a'), ledger('b')]);
  add(known, 'a', 'alice');
  expect(balanceOf(books, 'a', 'alice', 'BRL/2')).toMatchObject({ address: 'alice' });
  expect(balanceOf(books, 'b', 'alice', 'BRL/2')).toBeUndefined();
  expect(balancesIn(known, ledger('a'))).toBe(1);
  known.moveOn(ledger('a', 2));
  expect(balancesIn(known, ledger('a', 2))).toBe(1);
  expect(balancesIn(known, ledger('a', 3))).toBe(0);
  expect(balancesIn(known, ledger('a', 2))).toBe(0);
});

test('all is forgotten once it is too much, each balance counted once and a forgotten ledger no more', () => {
  const known = new KnownState();
  known.open([ledger('a'), ledger('b')]);
  for (let i = 0; i < KNOWN_BALANCES_MAX; i++) add(known, 'a', `user:${i}`);
  for (let i = 0; i < KNOWN_BALANCES_MAX; i++) add(known, 'a', `user:${i}`);
  expect(balancesIn(known, ledger('a'))).toBe(KNOWN_BALANCES_MAX);
  known.open([ledger('a', 2)]);
  for (let i = 0; i < KNOWN_BALANCES_MAX; i++) add(known, 'b', `user:${i}`);
  expect(balancesIn(known, ledger('b'))).toBe(KNOWN_BALANCES_MAX);
  add(known, 'a', 'one more');
  expect(balancesIn(known, ledger('b'))).toBe(0);
});

function ledger(uid: string, nextSequence = 1) {
  const counters = { nextSequence, nextBalance: 1, settingsVersion: 0 };
  return { id: 1, uid, accounts: 'auto', ...counters, hash: GENESIS, postedAt: POSTED_AT } as const;
}

function add(known: KnownState, ledgerUid: string, address: string): void {
  const amounts = { posted: 0n, held: 0n, overdraftLimit: 0n, maxBalance: null };
  known.addBalance({ ledgerUid, address, asset: 'BRL/2', id: 1, ...amounts, version: 1 });
}

function balancesIn(known: KnownState, row: ReturnType<typeof ledger>): number {
  return known.open([row]).get(row.uid)?.balances.get('BRL/2')?.size ?? 0;
}
