import { expect, test } from 'vitest';
import { createTold, saidBy, WINDOW_MS } from './told.ts';

let clock = 0;
const read = (sentAt: number) => ({ sentAt, read: true });
const write = (sentAt: number) => ({ sentAt, read: false });
const said = (status: string, id = 'a') => ({ id, status, acceptedAt: null });

test('an outcome stays, whoever asks, and in its ledger only', () => {
  const told = createTold(() => clock);
  clock = 10;
  for (const status of ['queued', 'pending', 'released'])
    expect(told.see('l', said(status), read(10))).toBeNull();
  expect(told.see('m', said('queued'), read(11))).toBeNull();
  expect(told.see('l', said('released'), read(11))).toBeNull();
  for (const back of ['queued', 'pending', 'expired'])
    expect(told.see('l', said(back), read(11))).toMatch(/^told back: l a is answered/);
});

test('a request that was under way when the outcome was seen may have been answered before', () => {
  const told = createTold(() => clock);
  clock = 10;
  told.see('l', said('posted'), read(5));
  expect(told.see('l', said('queued'), read(9))).toBeNull();
  expect(told.see('l', said('queued'), read(10))).not.toBeNull();
});

test('once records were lost, or their window is over, a write may be accepted anew; a read says what is', () => {
  const told = createTold(() => clock);
  clock = 10;
  told.see('l', said('posted'), read(5));
  expect(told.see('l', said('queued'), write(11))).not.toBeNull();
  told.losses.push({ from: 8, to: 9 });
  expect(told.see('l', said('queued'), write(11))).not.toBeNull();
  told.losses.push({ from: 20, to: 21 });
  expect(told.mayBeForgotten('l', 'a')).toBe(true);
  expect(told.see('l', said('queued'), write(30))).toBeNull();
  expect(told.see('l', said('rejected'), write(30))).not.toBeNull();
  expect(told.see('l', said('queued'), read(30))).not.toBeNull();
  clock = 40;
  told.see('l', said('posted', 'b'), read(30));
  expect(told.mayBeForgotten('l', 'b')).toBe(false);
  expect(told.see('l', said('queued', 'b'), write(41))).not.toBeNull();
  clock += WINDOW_MS + 1;
  expect(told.see('l', said('queued', 'b'), write(41))).toBeNull();
});

test('answers of every kind are understood', () => {
  const answer = (body: Record<string, unknown>) => ({ status: 200, headers: new Headers(), body });
  const one = { id: 'a', status: 'posted', accepted_at: 'then' };
  expect(saidBy(answer(one))).toEqual([{ id: 'a', status: 'posted', acceptedAt: 'then' }]);
  expect(saidBy(answer({ code: 'x', status: 422, transaction: one }))).toHaveLength(1);
  expect(saidBy(answer({ data: [{ id: 'b', status: 'queued' }, { problem: {} }] }))).toEqual([
    { id: 'b', status: 'queued', acceptedAt: null },
  ]);
  expect(saidBy(answer({ code: 'unavailable', status: 503 }))).toEqual([]);
});
