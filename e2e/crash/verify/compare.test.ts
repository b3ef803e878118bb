import { derivedId } from '@razao/shared/runtime/transaction-id.ts';
import { describe, expect, test } from 'vitest';
import type { Sent } from '../load/draft.ts';
import { type Loss, WINDOW_MS } from '../load/told.ts';
import { compareBulks, compareTransactions } from './compare.ts';
import { compareBalances, foretellBalances } from './compare-balances.ts';
import { compareHolds } from './compare-holds.ts';
import { compareKeys } from './compare-keys.ts';
import type { Stored } from './stored.ts';

const sent = (id: string, order: number, more: Partial<Sent> = {}): Sent => ({
  client: 'c',
  order,
  ledger: 'l',
  key: `key-${id}`,
  id,
  expected: ['posted'],
  moves: [],
  ...more,
});
const stored = (id: string, sequence: number, more: Partial<Stored> = {}): Stored => ({
  ledger: 'l',
  id,
  sequence,
  kind: 'transfer',
  outcome: 'posted',
  target: null,
  acceptedAt: '2026-01-01T00:00:00.000000Z',
  postedAt: 0,
  targetEndsAt: null,
  ...more,
});
const kinds = (violations: string[]) => violations.map((text) => text.split(':')[0]);

test('what is stored as it was foretold, in order, is no violation', () => {
  const told = [sent('a', 0), sent('b', 1, { expected: ['account_frozen'] }), sent('c', 2)];
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
  ).toEqual(['wrongly rejected']);
  expect(
    kinds(compareTransactions([sent('a', 0)], [stored('a', 1, { outcome: 'account_frozen' })])),
  ).toEqual(['outcome']);
  const swapped = compareTransactions(
    [sent('a', 0), sent('b', 1)],
    [stored('a', 2), stored('b', 1)],
  );
  expect(swapped[0]).toMatch(/^order: l b .* has sequence 1, a before it 2$/);
});

test('what stands in another ledger than it was sent to is misplaced', () => {
  const told = [sent('a', 0, { mayBeLost: true }), sent('b', 1, { ledger: 'm' })];
  const rows = [stored('a', 1, { ledger: 'm' }), stored('b', 2, { ledger: 'm' })];
  expect(compareTransactions(told, rows)).toEqual(['misplaced: m a is stored, and was sent to l']);
});

test('what may be lost is as foretold where it is not', () => {
  const told = [sent('a', 0, { mayBeLost: true }), sent('b', 1, { mayBeLost: true })];
  const wrong = stored('b', 2, { outcome: 'account_frozen' });
  expect(kinds(compareTransactions(told, [wrong]))).toEqual(['outcome']);
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

test('an expiry is nobody’s command; it has the id that its hold gives it', () => {
  const told = [sent('a', 0, { expected: ['held'] })];
  const held = stored('a', 1, { kind: 'hold', outcome: 'held' });
  const expiry = (target: string) =>
    stored(derivedId('expiry', 'l', target), 2, { kind: 'expiry', target });
  expect(compareTransactions(told, [held, expiry('a')])).toEqual([]);
  const strange = [expiry('b'), { ...expiry('a'), id: 'x' }, { ...expiry('a'), kind: 'release' }];
  for (const row of strange)
    expect(kinds(compareTransactions(told, [held, row]))).toEqual(['unknown']);
});

test('an atomic bulk is found out where some of its members stand', () => {
  const told = [sent('a', 0, { bulk: 'c 0' }), sent('b', 1, { bulk: 'c 0' }), sent('d', 2)];
  const rows = (...outcomes: string[]) =>
    ['a', 'b', 'd'].map((id, i) => stored(id, i, { outcome: outcomes[i] ?? '' }));
  expect(compareBulks(told, rows('posted', 'held', 'account_frozen'))).toEqual([]);
  expect(compareBulks(told, rows('dependency_failed', 'account_frozen', 'posted'))).toEqual([]);
  expect(kinds(compareBulks(told, rows('posted', 'account_frozen', 'posted')))).toEqual(['bulk']);
});

describe('a hold', () => {
  const ends = '2026-01-01T00:00:01.000000Z';
  const hold = sent('h', 0, { expected: ['held'] });
  const act = (id: string, order: number, becomes: NonNullable<Sent['act']>['becomes']) =>
    sent(id, order, { expected: ['posted', 'hold_not_open'], act: { hold: 'h', becomes } });
  const told = [
    hold,
    act('part', 1, 'pending'),
    act('rest', 2, 'posted'),
    act('free', 3, 'released'),
  ];
  const on = (id: string, sequence: number, outcome: string, more: Partial<Stored> = {}) =>
    stored(id, sequence, { target: 'h', kind: 'capture', outcome, targetEndsAt: ends, ...more });
  const expiry = (sequence: number, outcome: string) =>
    on('e', sequence, outcome, { kind: 'expiry' });
  const compare = (status: string, ...acts: Stored[]) =>
    kinds(compareHolds(told, acts.toReversed(), [{ ledger: 'l', id: 'h', status }]));

  test.each([
    ['is captured in parts', 'posted', on('part', 2, 'posted'), on('rest', 3, 'posted')],
    [
      'is released, and too late for more',
      'released',
      on('free', 2, 'posted'),
      on('rest', 3, 'hold_not_open'),
    ],
    [
      'expires before what is late',
      'expired',
      on('rest', 2, 'hold_not_open', { acceptedAt: ends }),
      expiry(3, 'posted'),
    ],
    [
      'expires before what came late',
      'expired',
      expiry(2, 'posted'),
      on('rest', 3, 'hold_not_open', { acceptedAt: ends }),
    ],
    ['ends before its expiry', 'posted', on('rest', 2, 'posted'), expiry(3, 'hold_not_open')],
  ])('%s', (_, status, ...acts) => {
    expect(compare(status, ...acts)).toEqual([]);
  });

  test.each([
    ['two ends', 'released', ['race'], on('rest', 2, 'posted'), on('free', 3, 'posted')],
    ['an end after its expiry', 'posted', ['race'], expiry(2, 'posted'), on('rest', 3, 'posted')],
    ['an end that came late', 'posted', ['race'], on('rest', 2, 'posted', { acceptedAt: ends })],
    [
      'an act that was refused in time',
      'expired',
      ['race'],
      on('rest', 2, 'hold_not_open'),
      expiry(3, 'posted'),
    ],
    [
      'an expiry that overtook what was in time',
      'expired',
      ['overtaken'],
      expiry(2, 'posted'),
      on('rest', 3, 'hold_not_open'),
    ],
    ['a status of its own', 'expired', ['hold'], on('rest', 2, 'posted')],
    ['no end', 'pending', ['hold'], on('part', 2, 'posted')],
  ])('is found out that has %s', (_, status, found, ...acts) => {
    expect(compare(status, ...(acts as Stored[]))).toEqual(found);
  });

  test('is judged by what the client of an act was told of its acceptance, where it was told', () => {
    const early = { ...act('rest', 1, 'posted'), acceptedAt: '2026-01-01T00:00:00.900000Z' };
    const late = on('rest', 3, 'hold_not_open', { acceptedAt: ends });
    const holds = [{ ledger: 'l', id: 'h', status: 'expired' }];
    expect(kinds(compareHolds([hold, early], [expiry(2, 'posted'), late], holds))).toEqual([
      'overtaken',
    ]);
  });
});

test('balances are foretold from what was sent, and from what is posted only where that was open', () => {
  const moves = [{ source: 'world', destination: 'x', asset: 'BRL/2', amount: '5' }];
  const told = [
    sent('a', 0, { moves }),
    sent('b', 1, { moves, expected: ['posted', 'hold_not_open'] }),
    sent('c', 2, { moves, expected: ['posted', 'hold_not_open'] }),
    sent('d', 3, { moves, mayBeLost: true }),
  ];
  const rows = [stored('b', 2), stored('c', 3, { outcome: 'hold_not_open' })];
  expect(Object.fromEntries(foretellBalances(told, rows))).toEqual({ 'l world': -10n, 'l x': 10n });
});

test('a key may be accepted twice once its record is lost or old, and never while the first waits', () => {
  const second = (at: number) => ({ ledger: 'l', key: 'k', id: 'a', at });
  const rows = [stored('a', 1, { postedAt: 1_000 })];
  const found = (at: number, ...losses: Loss[]) => kinds(compareKeys([second(at)], rows, losses));
  expect(found(1_500, { from: 1_100, to: 1_200 })).toEqual([]);
  expect(found(1_001 + WINDOW_MS)).toEqual([]);
  expect(found(1_500)).toEqual(['second 202']);
  expect(found(1_500, { from: 800, to: 900 })).toEqual(['second 202']);
  expect(found(1_500, { from: 1_600, to: 1_700 })).toEqual(['second 202']);
  expect(found(950, { from: 800, to: 900 })).toEqual(['second 202']);
});

test('balances are compared from both sides, a missing one is zero, and none may be held', () => {
  const foretold = new Map([
    ['l a', 5n],
    ['l b', 0n],
  ]);
  const balance = (posted: bigint, held = 0n) => ({ posted, held });
  expect(compareBalances(foretold, new Map([['l a', balance(5n)]]))).toEqual([]);
  expect(compareBalances(foretold, new Map([['l a', balance(5n, 2n)]]))).toEqual([
    'held: 2 of l a, though all holds have ended',
  ]);
  expect(compareBalances(foretold, new Map([['l c', balance(1n)]]))).toEqual([
    'balance: l a is 0, not 5',
    'balance: l c is 1, not 0',
  ]);
});
