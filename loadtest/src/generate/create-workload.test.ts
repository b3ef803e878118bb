import { expect, test } from 'vitest';
import { AMOUNT_MAX, createWorkload, FUNDING } from './create-workload.ts';
import { EMPTY_PLACE, FIRST_PLACE, isDoomed, type Transfer, WORLD_PLACE } from './transfer.ts';

const DRAWS = 20_000;

function drawMany(kind: 'spread' | 'hot', accounts: number): Transfer[] {
  const workload = createWorkload({ kind, accounts });
  return Array.from({ length: DRAWS }, () => workload.draw());
}

function share(transfers: Transfer[], of: (transfer: Transfer) => boolean): number {
  return transfers.filter(of).length / transfers.length;
}

test.each(['spread', 'hot'] as const)(
  '%s: two different places of the list, never out of range',
  (kind) => {
    const allowed = ({ source, destination, amount }: Transfer) =>
      source !== destination &&
      [WORLD_PLACE, EMPTY_PLACE, 2, 3, 4].includes(source) &&
      [2, 3, 4].includes(destination) &&
      Number.isInteger(amount) &&
      amount >= 1 &&
      amount <= AMOUNT_MAX;
    expect(drawMany(kind, 3).filter((transfer) => !allowed(transfer))).toEqual([]);
  },
);

test.each(['spread', 'hot'] as const)('%s: the same mix of deposits and rejections', (kind) => {
  const transfers = drawMany(kind, 1000);
  expect(share(transfers, isDoomed)).toBeCloseTo(0.01, 2);
  expect(Math.abs(share(transfers, (t) => t.source === WORLD_PLACE) - 0.2)).toBeLessThan(0.02);
});

test('hot: every transfer touches the hot account, from either side', () => {
  const transfers = drawMany('hot', 1000);
  expect(share(transfers, (t) => t.source === FIRST_PLACE || t.destination === FIRST_PLACE)).toBe(
    1,
  );
  expect(Math.abs(share(transfers, (t) => t.source === FIRST_PLACE) - 0.395)).toBeLessThan(0.02);
});

test('spread: every account is reached, none stands out', () => {
  const seen = new Map<number, number>();
  for (const { source, destination } of drawMany('spread', 20)) {
    for (const place of [source, destination]) {
      seen.set(place, (seen.get(place) ?? 0) + 1);
    }
  }
  const funded = [...seen].filter(([place]) => place >= FIRST_PLACE).map(([, times]) => times);
  expect(funded).toHaveLength(20);
  expect(Math.max(...funded) / Math.min(...funded)).toBeLessThan(1.5);
});

test('addresses follow the places', () => {
  const { addresses } = createWorkload({ kind: 'spread', accounts: 2 });
  expect(addresses).toEqual(['world', 'load:empty', 'load:0000000', 'load:0000001']);
});

test('funding outlasts any run, and its sum over a million accounts fits the 64 bits of the books', () => {
  expect(FUNDING / AMOUNT_MAX).toBeGreaterThanOrEqual(1e9);
  expect(BigInt(FUNDING) * 1_000_000n).toBeLessThan(2n ** 63n);
});
