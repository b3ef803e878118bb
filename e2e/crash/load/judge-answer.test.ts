import { expect, test } from 'vitest';
import { judgeConflict, judgeRead, judgeReplay, judgeWrite } from './judge-answer.ts';

const answer = (status: number, body: Record<string, unknown>, replayed = false) => ({
  status,
  body,
  headers: new Headers(replayed ? { 'idempotency-replayed': 'true' } : {}),
});
const queued = { id: 'a', status: 'queued' };
const posted = { id: 'a', status: 'posted' };
const rejected = { id: 'a', status: 'rejected' };
const refusal = (code: string) => ({ code, transaction: rejected });

test('no answer and 503 are asked again, whatever was asked', () => {
  for (const none of [null, answer(503, { code: 'unavailable' })]) {
    expect(judgeWrite('posted', false, none).verdict).toBe('again');
    expect(judgeReplay('posted', false, 'a', none).verdict).toBe('again');
    expect(judgeConflict('a', none).verdict).toBe('again');
    expect(judgeRead('posted', 'a', none).verdict).toBe('again');
  }
});

test.each([
  ['posted', false, 202, queued, 'answered'],
  ['posted', false, 202, posted, 'answered'],
  ['posted', false, 202, rejected, 'wrong'],
  ['posted', false, 201, posted, 'wrong'],
  ['posted', true, 201, posted, 'answered'],
  ['posted', true, 422, refusal('insufficient_funds'), 'wrong'],
  ['insufficient_funds', true, 422, refusal('insufficient_funds'), 'answered'],
  ['insufficient_funds', true, 422, refusal('processing_failed'), 'wrong'],
  ['insufficient_funds', false, 422, refusal('insufficient_funds'), 'wrong'],
  ['insufficient_funds', true, 201, posted, 'wrong'],
  ['insufficient_funds', false, 202, rejected, 'answered'],
  ['posted', false, 202, {}, 'wrong'],
  ['posted', false, 500, { code: 'internal_error' }, 'wrong'],
  ['posted', false, 422, { code: 'idempotency_key_reused' }, 'wrong'],
] as const)('expected %s, wait %s: %i is judged', (expected, wait, status, body, verdict) => {
  expect(judgeWrite(expected, wait, answer(status, body)).verdict).toBe(verdict);
});

test('a replay has the same id and says so', () => {
  const judge = (id: string, replayed: boolean) =>
    judgeReplay('posted', false, id, answer(202, posted, replayed)).verdict;
  expect([judge('a', true), judge('b', true), judge('a', false)]).toEqual([
    'answered',
    'wrong',
    'wrong',
  ]);
});

test('a reused key is refused with its code and nothing else', () => {
  const judge = (status: number, body: Record<string, unknown>) =>
    judgeConflict('a', answer(status, body)).verdict;
  expect(judge(422, { code: 'idempotency_key_reused' })).toBe('answered');
  expect(judge(202, queued)).toBe('wrong');
  expect(judge(422, refusal('insufficient_funds'))).toBe('wrong');
});

test('what was answered is never unknown', () => {
  const judge = (status: number, body: Record<string, unknown>) =>
    judgeRead('posted', 'a', answer(status, body)).verdict;
  expect([judge(200, queued), judge(200, posted)]).toEqual(['answered', 'answered']);
  expect([judge(404, {}), judge(200, rejected), judge(200, { ...posted, id: 'b' })]).toEqual([
    'wrong',
    'wrong',
    'wrong',
  ]);
});
