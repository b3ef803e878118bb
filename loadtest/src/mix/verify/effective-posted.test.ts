import { expect, test } from 'vitest';
import { fakeMoving } from '../fake-moving.ts';
import { effectivePosted } from './effective-posted.ts';
import { fakeRow } from './fake-history.ts';

test('only what moved, and had taken effect by then, counts', () => {
  const command = fakeMoving({ id: '1' });
  const history = [
    fakeRow(command, 1, { effective_at: '2026-01-01' }),
    fakeRow(command, 2, { effective_at: '2026-01-02' }),
    fakeRow(command, 3, { effective_at: '2026-01-01', code: 'insufficient_funds' }),
    fakeRow(command, 4, { effective_at: '2026-01-01', kind: 'hold' }),
    fakeRow({ ...command, postings: [] }, 5),
  ];
  expect(effectivePosted(history, 'a', 'BRL/2', '2026-01-01')).toBe(-100n);
  expect(effectivePosted(history, 'b', 'BRL/2', '2026-01-02')).toBe(200n);
  expect(effectivePosted(history, 'b', 'USD/2', '2026-01-02')).toBe(0n);
});
