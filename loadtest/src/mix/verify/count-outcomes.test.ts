import { expect, test } from 'vitest';
import { fakeMoving } from '../fake-moving.ts';
import { createModel } from '../model/create-model.ts';
import { countOutcomes, expirySecondsMax } from './count-outcomes.ts';
import { fakeRow } from './fake-history.ts';

const HOLD = fakeMoving({ id: 'h', kind: 'hold', expiresIn: 5, postings: [] });

test('rejections count by their code, all others by their status', () => {
  const rejected = { status: 'rejected', code: 'condition_failed' };
  const history = [fakeRow(HOLD, 1), fakeRow(HOLD, 2, rejected), fakeRow(HOLD, 3, rejected)];
  expect(countOutcomes(history, createModel(new Map()))).toEqual({
    hold: { posted: 1, condition_failed: 2 },
  });
});

test('an expiry is late by what it was posted after its hold ended', () => {
  const model = createModel(new Map());
  const at = '2026-11-26T10:00:00.000000Z';
  model.apply([{ command: HOLD, sequence: 1, acceptedAt: at, postedAt: at }]);
  const expiry = { kind: 'expiry', target: 'h', posted_at: '2026-11-26T10:00:05.250000Z' };
  expect(expirySecondsMax([fakeRow(HOLD, 2, expiry)], model)).toBe(0.25);
  expect(expirySecondsMax([fakeRow(HOLD, 2, { ...expiry, code: 'hold_not_open' })], model)).toBe(0);
});
