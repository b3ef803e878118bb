import { EXPIRIES_PER_SWEEP_MAX } from '@razao/shared/contract/limits.ts';
import { expect, test } from 'vitest';
import type { ExpiredHold, HoldSession } from './hold-session.ts';
import { createSweep } from './sweep.ts';

/** More than one sweep can pass by. */
const STUCK = 15 * EXPIRIES_PER_SWEEP_MAX;

test('holds whose shard takes none do not keep the others waiting, however many they are', async () => {
  const holds = Array.from({ length: STUCK + 10 }, (_, n) => holdOf(n));
  const sent = new Set<ExpiredHold>();
  const oldest: number[] = [];
  const sweep = createSweep(
    {
      isDue: (hold) => !sent.has(hold),
      async send(due) {
        for (const hold of due) if (Number(hold.id) >= STUCK) sent.add(hold);
        return due.some(({ id }) => Number(id) < STUCK) ? 'stuck' : null;
      },
      close: async () => {},
    },
    (seconds) => oldest.push(seconds),
  );
  const session: HoldSession = {
    async find(after) {
      const from = after ? Number(after.id) + 1 : 0;
      return holds.slice(from, from + EXPIRIES_PER_SWEEP_MAX);
    },
    close: () => {},
  };
  expect(await sweep(session)).toBe('stuck');
  expect(sent.size).toBe(0);
  expect(await sweep(session)).toBe('stuck');
  expect(sent.size).toBe(10);
  await sweep(session);
  // Each time it began with the oldest its age was told: the second sweep went on where the first had ended.
  expect(oldest).toEqual([STUCK + 10, STUCK + 10]);
});

function holdOf(n: number): ExpiredHold {
  return {
    ledger_id: 1,
    ledger_uid: 'ledger-00001',
    ledger: 'a',
    id: String(n),
    expires_at: '2026-11-25T12:00:00.000000Z',
    overdue_seconds: STUCK + 10 - n,
  };
}
