import { IDEMPOTENCY_WINDOW_SECONDS_MIN, MEMORY_SHARES } from '@razao/shared/contract/limits.ts';
import { expect, test } from 'vitest';
import { retentionAt } from './retention.ts';

const { shortens, shortest, full } = MEMORY_SHARES;
const HOUR = 3_600;

test('while there is memory the window is whole', () => {
  for (const share of [0, 0.3, shortens])
    expect(retentionAt(share, HOUR)).toEqual({ seconds: HOUR, balances: true, outcomes: true });
});

test('it shortens as memory fills, evenly on a logarithmic scale', () => {
  const middle = (shortens + shortest) / 2;
  expect(retentionAt(middle, HOUR)).toEqual({
    seconds: Math.round(Math.sqrt(HOUR * IDEMPOTENCY_WINDOW_SECONDS_MIN)),
    balances: true,
    outcomes: true,
  });
  let before = HOUR;
  for (let share = shortens + 0.01; share < shortest; share += 0.01) {
    const { seconds } = retentionAt(share, HOUR);
    expect(seconds).toBeLessThan(before);
    before = seconds;
  }
});

test('then balances go, and where the memory is nearly full all that Postgres knows as well', () => {
  const least = { seconds: IDEMPOTENCY_WINDOW_SECONDS_MIN, balances: false };
  expect(retentionAt(shortest, HOUR)).toEqual({ ...least, outcomes: true });
  for (const share of [full, 1, 1.5])
    expect(retentionAt(share, HOUR)).toEqual({ ...least, outcomes: false });
});

test('one that is as short as can be from the beginning stays so', () => {
  for (const share of [0, 0.6, 0.8])
    expect(retentionAt(share, IDEMPOTENCY_WINDOW_SECONDS_MIN).seconds).toBe(
      IDEMPOTENCY_WINDOW_SECONDS_MIN,
    );
});
