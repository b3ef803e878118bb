import { expect, test } from 'vitest';
import { countAccepted } from './support/bulk-flood.ts';
import { fillWithFinished } from './support/full-of-finished.ts';

const MIB = 1024 * 1024;
const TRANSACTIONS = 60_000;

test('a Redis that has no room for the records and balances of what was posted refuses nothing, and is never full', async () => {
  const flood = await fillWithFinished('full-of-finished', {
    // Some 450 bytes for each transaction would take nearly twice as much.
    memoryBytes: 14 * MIB,
    ledgers: ['one', 'two', 'three'],
    clients: 6,
    // Nothing piles up: what fills the memory is finished.
    headers: { Prefer: 'wait=10' },
    goesOn: (flood) => countAccepted(flood) < TRANSACTIONS,
  });
  expect(flood.overloaded).toEqual(new Map());
});
