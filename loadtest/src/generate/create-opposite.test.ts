import { expect, test } from 'vitest';
import { createOpposite } from './create-opposite.ts';
import { AMOUNT_MAX } from './create-workload.ts';

test('one bulk goes up, the next one down, over all of the accounts', () => {
  const { addresses, draw } = createOpposite(4, 100);
  expect(addresses).toHaveLength(6);
  for (const up of [true, false, true]) {
    const bulk = Array.from({ length: 100 }, draw);
    expect(bulk.every(({ source, destination }) => source < destination === up)).toBe(true);
    expect(bulk.every(({ amount }) => amount >= 1 && amount <= AMOUNT_MAX)).toBe(true);
    const places = bulk.flatMap(({ source, destination }) => [source, destination]);
    expect([...new Set(places)].sort()).toEqual([2, 3, 4, 5]);
  }
});
