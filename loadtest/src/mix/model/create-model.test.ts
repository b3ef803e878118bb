import { expect, test } from 'vitest';
import type { Acting, Moving } from '../command.ts';
import { fakeMoving, fakePosting } from '../fake-moving.ts';
import { createModel } from './create-model.ts';
import type { Expiry, Turn } from './turn.ts';

const AT = '2026-11-26T10:00:00.000001Z';
const EARLIER = '2026-11-26T10:00:00.000000Z';
const LATER = '2026-12-24T10:00:00.000000Z';
const EXPIRES_AT = '2026-11-26T10:01:00.000001Z';

/** A ledger where `a` has 1,000 and `b` may have 600. Says what became of each command: a code, or the status. */
function open() {
  const limits = new Map([['b', { overdraft: 0n, max: 600n }]]);
  const model = createModel(limits);
  let sequence = 0;
  const turn = (command: Moving | Acting | Expiry, acceptedAt = AT): Turn => {
    sequence += 1;
    return { command, sequence, acceptedAt, postedAt: AT };
  };
  const say = (verdicts: ReturnType<typeof model.apply>) =>
    verdicts.map(({ codes, transaction }) => codes.join() || transaction.status);
  const one = (command: Moving | Acting | Expiry, acceptedAt = AT) =>
    say(model.apply([turn(command, acceptedAt)]))[0];
  const together = (...commands: Moving[]) =>
    say(model.apply(commands.map((command) => turn(command))));
  const balance = (address: string) => {
    const found = model.balances.get(`${address} BRL/2`);
    return found ? `${found.posted} ${found.held}` : 'none';
  };
  one(fakeMoving({ id: 'funding', postings: [fakePosting('world', 'a', 1_000n)] }));
  return { model, one, together, balance };
}

const capture = (
  id: string,
  amount: bigint | null = null,
  final = true,
  effectiveAt: string | null = null,
): Acting => ({ kind: 'capture', id, target: 'h', amount, effectiveAt, final });
const revert = (
  id: string,
  target: string,
  amount: bigint | null = null,
  effectiveAt: string | null = null,
): Acting => ({ kind: 'revert', id, target, amount, effectiveAt, force: false });

test('postings happen together, conditions are judged before them', () => {
  const { one, balance } = open();
  const round = [fakePosting('c', 'd', 5n), fakePosting('a', 'c', 5n)];
  expect(one(fakeMoving({ id: '1', postings: round }))).toBe('posted');
  expect(one(fakeMoving({ id: '2', postings: [fakePosting('c', 'a', 1n)] }))).toBe(
    'insufficient_funds',
  );
  expect(one(fakeMoving({ id: '3', postings: [fakePosting('a', 'b', 601n)] }))).toBe(
    'balance_limit_exceeded',
  );
  const atLeast = (availableGte: bigint) => [{ ...fakePosting('a', 'e', 1n), availableGte }];
  expect(one(fakeMoving({ id: '4', postings: atLeast(996n) }))).toBe('condition_failed');
  expect(one(fakeMoving({ id: '5', postings: atLeast(995n) }))).toBe('posted');
  expect(balance('a')).toBe('994 0');
});

test('what a rejected or unknown transaction is needed for is rejected', () => {
  const { one } = open();
  expect(one(fakeMoving({ id: '1', dependsOn: 'nobody' }))).toBe('dependency_failed');
  expect(one(fakeMoving({ id: '2', dependsOn: '1' }))).toBe('dependency_failed');
  expect(one(fakeMoving({ id: '3', dependsOn: 'funding' }))).toBe('posted');
});

test('a hold reserves; captures move it in parts and free the rest', () => {
  const { one, balance, model } = open();
  expect(one(fakeMoving({ id: 'h', kind: 'hold' }))).toBe('pending');
  expect(balance('a')).toBe('1000 100');
  expect(one(capture('1', 30n, false))).toBe('posted');
  expect(balance('a')).toBe('970 70');
  expect(one(capture('2', 71n, false))).toBe('hold_amount_exceeded');
  expect(one(capture('3', 20n))).toBe('posted');
  expect([balance('a'), balance('b')]).toEqual(['950 0', '50 0']);
  expect(one(capture('4'))).toBe('hold_not_open');
  expect(model.transactions.get('h')).toMatchObject({
    status: 'posted',
    captured: [50n],
    version: 5,
  });
});

test('what is held is not available', () => {
  const { one } = open();
  one(fakeMoving({ id: 'h', kind: 'hold', postings: [fakePosting('a', 'c', 950n)] }));
  const more = (id: string, kind: Moving['kind'], amount: bigint) =>
    one(fakeMoving({ id, kind, postings: [fakePosting('a', 'c', amount)] }));
  expect(more('1', 'transfer', 51n)).toBe('insufficient_funds');
  expect(more('2', 'hold', 51n)).toBe('insufficient_funds');
  expect(more('3', 'transfer', 50n)).toBe('posted');
});

test('a hold with several postings is captured whole', () => {
  const { one, balance } = open();
  const postings = [fakePosting('a', 'b', 10n), fakePosting('a', 'c', 20n)];
  one(fakeMoving({ id: 'h', kind: 'hold', postings }));
  expect(one(capture('1', 10n))).toBe('hold_amount_exceeded');
  expect(one(capture('2', null, false))).toBe('posted');
  expect(balance('a')).toBe('970 0');
  expect(one(revert('3', '2', 5n))).toBe('revert_amount_exceeded');
  expect(one(revert('4', '2'))).toBe('posted');
  expect(one(revert('5', '2'))).toBe('already_reverted');
  expect([balance('a'), balance('c')]).toEqual(['1000 0', '0 0']);
});

test('from the instant of its expiry a hold can only expire', () => {
  const { one, balance } = open();
  one(fakeMoving({ id: 'h', kind: 'hold' }));
  expect(one(capture('1', 40n, false), '2026-11-26T10:01:00.000000Z')).toBe('posted');
  expect(one(capture('2'), EXPIRES_AT)).toBe('hold_not_open');
  expect(one({ kind: 'release', id: '3', target: 'h' }, EXPIRES_AT)).toBe('hold_not_open');
  expect(one({ kind: 'expiry', id: '4', target: 'h' })).toBe('posted');
  expect(one({ kind: 'expiry', id: '5', target: 'h' })).toBe('hold_not_open');
  expect(balance('a')).toBe('960 0');
});

test('reverts add up to what was moved, and only what moved can be reverted', () => {
  const { one, balance } = open();
  expect(one(fakeMoving({ id: 't' }))).toBe('posted');
  expect(one(revert('1', 't', 60n))).toBe('posted');
  expect(one(revert('2', 't', 41n))).toBe('revert_amount_exceeded');
  expect(one(revert('3', 't'))).toBe('posted');
  expect(one(revert('4', 't'))).toBe('already_reverted');
  expect(one(revert('5', '1'))).toBe('target_unknown');
  one(fakeMoving({ id: 'h', kind: 'hold' }));
  expect(one(revert('6', 'h'))).toBe('target_unknown');
  expect(one(revert('7', 'nobody'))).toBe('target_unknown');
  expect(balance('b')).toBe('0 0');
});

test('a forced revert keeps no limit', () => {
  const { one, balance, model } = open();
  one(fakeMoving({ id: 't' }));
  one(fakeMoving({ id: 'spent', postings: [fakePosting('b', 'c', 100n)] }));
  expect(one(revert('1', 't'))).toBe('insufficient_funds');
  expect(one({ ...revert('2', 't'), force: true } as Acting)).toBe('posted');
  expect(balance('b')).toBe('-100 0');
  expect(model.forced).toEqual(new Set(['2']));
});

test('of an atomic bulk all is posted, or nothing', () => {
  const { together, balance, model } = open();
  const chain = [
    fakeMoving({ id: '1', postings: [fakePosting('a', 'c', 5n)] }),
    fakeMoving({ id: '2', postings: [fakePosting('c', 'd', 5n)] }),
  ];
  const poor = fakeMoving({ id: '3', postings: [fakePosting('nobody', 'd', 1n)] });
  expect(together(...chain, poor)).toEqual([
    'dependency_failed',
    'dependency_failed',
    'insufficient_funds',
  ]);
  expect([balance('a'), balance('c')]).toEqual(['1000 0', 'none']);
  expect(model.transactions.get('1')?.status).toBe('rejected');
  const again = chain.map((command) => ({ ...command, id: `${command.id}b` }));
  expect(together(...again)).toEqual(['posted', 'posted']);
  expect(balance('d')).toBe('5 0');
});

test('what follows takes effect with its posting, or with its target where that is later, and never before it', () => {
  const { model, one } = open();
  const effect = (id: string) => model.transactions.get(id)?.effectiveAt;
  one(fakeMoving({ id: 'ahead', postings: [fakePosting('a', 'c', 9n)], effectiveAt: LATER }));
  expect(one(revert('1', 'ahead', 1n, AT))).toBe('effective_before_target');
  expect(one(revert('2', 'ahead', 1n))).toBe('posted');
  expect(effect('2')).toBe(LATER);
  one(fakeMoving({ id: 'h', kind: 'hold', expiresIn: 60, postings: [fakePosting('a', 'c', 9n)] }));
  expect(one(capture('3', 1n, false, EARLIER))).toBe('effective_before_target');
  expect(one(capture('4', 1n, false, LATER))).toBe('posted');
  expect(one(capture('5', 1n, false))).toBe('posted');
  expect([effect('4'), effect('5')]).toEqual([LATER, AT]);
  expect(one(revert('6', '4'))).toBe('posted');
  expect(effect('6')).toBe(LATER);
});
