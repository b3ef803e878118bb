import { expect, test } from 'vitest';
import { drawRequest } from './draw-request.ts';
import { EMPTY_PLACE, type Transfer } from './transfer.ts';

const GOOD = { source: 2, destination: 3, amount: 5 };
const DOOMED = { source: EMPTY_PLACE, destination: 2, amount: 5 };

function outcomes(transfers: Transfer[], atomic: boolean): string[] {
  const queue = [...transfers];
  const draw = () => queue.shift() ?? GOOD;
  const request = drawRequest({ addresses: [], draw }, transfers.length, atomic);
  expect(new Set(request.map(({ key }) => key)).size).toBe(transfers.length);
  return request.map(({ outcome }) => outcome);
}

test('in a bulk each transfer stands for itself', () => {
  expect(outcomes([GOOD, DOOMED, GOOD], false)).toEqual(['posted', 'insufficient_funds', 'posted']);
});

test('in an atomic bulk the first that must be rejected is the cause, and all others follow', () => {
  expect(outcomes([GOOD, DOOMED, DOOMED, GOOD], true)).toEqual([
    'dependency_failed',
    'insufficient_funds',
    'dependency_failed',
    'dependency_failed',
  ]);
  expect(outcomes([GOOD, GOOD], true)).toEqual(['posted', 'posted']);
});
