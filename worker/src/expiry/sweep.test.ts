import { EXPIRIES_PER_SWEEP_MAX } from '@razao/shared/contract/limits.ts';
import { expect, test } from 'vitest';
import type { ExpiredHold, HoldSession } from './hold-session.ts';
import type { ExpirySender } from './send-expiries.ts';
import { createSweep } from './sweep.ts';

/** More than one sweep can pass by. */
const STUCK = 15 * EXPIRIES_PER_SWEEP_MAX;

test('holds whose shard takes none do not keep the others waiting, however many they are', async () => {
  const holds = Array.from({ length: STUCK + 10 }, (_, n) => holdOf(n));
  const { sweep, oldest, sent } = over(holds, (due) => ({
    takes: due.filter(({ id }) => Number(id) >= STUCK),
    refusal: due.some(({ id }) => Number(id) < STUCK) ? 'stuck' : null,
  }));
  expect(await sweep()).toEqual({ refusal: 'stuck', next: 'later' });
  expect(sent.size).toBe(0);
  expect(await sweep()).toEqual({ refusal: 'stuck', next: 'later' });
  expect(sent.size).toBe(10);
  await sweep();
  // The second went on where the first had ended; the age of the oldest was told all the same.
  expect(oldest).toEqual([STUCK + 10, STUCK + 10, STUCK + 10]);
});

test('while a page is full the next is due at once, and the age of the oldest is told now and then', async () => {
  const holds = Array.from({ length: 12 * EXPIRIES_PER_SWEEP_MAX + 1 }, (_, n) => holdOf(n));
  const { sweep, oldest, sent } = over(holds, (due) => ({ takes: due, refusal: null }));
  for (let page = 1; page <= 12; page++) {
    expect(await sweep()).toEqual({ refusal: undefined, next: 'at once' });
    expect(sent.size).toBe(page * EXPIRIES_PER_SWEEP_MAX);
  }
  expect(await sweep()).toEqual({ refusal: null, next: 'later' });
  expect(sent.size).toBe(holds.length);
  expect(oldest).toHaveLength(2);
});

test('one that could not be sent since others wait is looked for soon, one that was refused later', async () => {
  const holds = [holdOf(1), holdOf(2)];
  let refusal: string | null = null;
  const { sweep } = over(holds, (due) => ({ takes: due.slice(1), refusal }));
  expect(await sweep()).toEqual({ refusal: null, next: 'soon' });
  refusal = 'stuck';
  expect(await sweep()).toEqual({ refusal: 'stuck', next: 'later' });
});

test('a refusal is told at once and as long as it lasts, though a page of others is sent', async () => {
  const holds = Array.from({ length: 3 * EXPIRIES_PER_SWEEP_MAX + 1 }, (_, n) => holdOf(n));
  const refused = EXPIRIES_PER_SWEEP_MAX + 1;
  const { sweep } = over(holds, (due) => ({
    takes: due.filter(({ id }) => Number(id) !== refused),
    refusal: due.some(({ id }) => Number(id) === refused) ? 'stuck' : null,
  }));
  const refusals: unknown[] = [];
  for (let i = 0; i < 5; i++) refusals.push((await sweep()).refusal);
  expect(refusals).toEqual([undefined, 'stuck', 'stuck', 'stuck', 'stuck']);
});

/** A sweep over these holds, of which the sender takes what `send` says. */
function over(
  holds: readonly ExpiredHold[],
  send: (due: readonly ExpiredHold[]) => { takes: readonly ExpiredHold[]; refusal: string | null },
) {
  const sent = new Set<ExpiredHold>();
  const oldest: number[] = [];
  const sender: ExpirySender = {
    isDue: (hold) => !sent.has(hold),
    async send(due) {
      const { takes, refusal } = send(due);
      for (const hold of takes) sent.add(hold);
      return refusal;
    },
    close: async () => {},
  };
  const session: HoldSession = {
    async find(after) {
      const from = after ? holds.findIndex(({ id }) => id === after.id) + 1 : 0;
      return holds.slice(from, from + EXPIRIES_PER_SWEEP_MAX);
    },
    close: () => {},
  };
  const sweepOf = createSweep(sender, (seconds) => oldest.push(seconds));
  return { sweep: () => sweepOf(session), sent, oldest };
}

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
