import { expect, test } from 'vitest';
import type { Answer } from '../../support/http.ts';
import { bulk, type Draft, type Outcome, transaction } from './draft.ts';
import {
  judgeConflict,
  judgeRead,
  judgeReplay,
  judgeStranger,
  judgeWrite,
} from './judge-answer.ts';

const answer = (status: number, body: Record<string, unknown>, replayed = false) => ({
  status,
  body,
  headers: new Headers(replayed ? { 'idempotency-replayed': 'true' } : {}),
});
const draft = (...expected: [Outcome, ...Outcome[]]): Draft => ({
  path: '',
  body: {},
  commands: [{ key: 'k', id: 'a', expected, moves: [] }],
});
const [planned] = draft('posted').commands;
if (!planned) throw new Error('a draft has a command');
const known = (status: string, id = 'a') => ({ id, status });
const queued = known('queued');
const posted = known('posted');
const rejected = known('rejected');
const refusal = (code: string) => ({ code, transaction: rejected });

test('no answer and 503 are asked again, whatever was asked', () => {
  for (const none of [null, answer(503, { code: 'unavailable' })]) {
    expect(judgeWrite(draft('posted'), false, none).verdict).toBe('again');
    expect(judgeReplay(draft('posted'), false, none).verdict).toBe('again');
    expect(judgeConflict(none).verdict).toBe('again');
    expect(judgeRead(planned, none).verdict).toBe('again');
  }
});

test.each([
  ['posted', false, 202, queued, 'answered'],
  ['posted', false, 202, posted, 'answered'],
  ['posted', false, 202, rejected, 'wrong'],
  ['posted', false, 202, known('expired'), 'wrong'],
  ['posted', false, 202, known('queued', 'b'), 'wrong'],
  ['posted', false, 201, posted, 'wrong'],
  ['posted', true, 201, posted, 'answered'],
  ['posted', true, 201, queued, 'wrong'],
  ['posted', true, 422, refusal('insufficient_funds'), 'wrong'],
  ['insufficient_funds', true, 422, refusal('insufficient_funds'), 'answered'],
  ['insufficient_funds', true, 422, refusal('processing_failed'), 'wrong'],
  ['insufficient_funds', false, 422, refusal('insufficient_funds'), 'wrong'],
  ['insufficient_funds', true, 201, posted, 'wrong'],
  ['insufficient_funds', false, 202, rejected, 'answered'],
  ['held', true, 201, known('pending'), 'answered'],
  ['held', false, 202, known('expired'), 'answered'],
  ['held', false, 202, rejected, 'wrong'],
  ['posted', false, 202, {}, 'wrong'],
  ['posted', false, 500, { code: 'internal_error' }, 'wrong'],
  ['posted', false, 422, { code: 'idempotency_key_reused' }, 'wrong'],
] as const)('expected %s, wait %s: %i %j is %s', (expected, wait, status, body, verdict) => {
  expect(judgeWrite(draft(expected), wait, answer(status, body)).verdict).toBe(verdict);
});

test('where the clock has its say, either outcome is right, and nothing else', () => {
  const judge = (status: number, body: Record<string, unknown>) =>
    judgeWrite(draft('posted', 'hold_not_open'), true, answer(status, body)).verdict;
  expect([judge(201, posted), judge(422, refusal('hold_not_open'))]).toEqual([
    'answered',
    'answered',
  ]);
  expect(judge(422, refusal('target_unknown'))).toBe('wrong');
});

test('a bulk is answered for each of its commands, in order', () => {
  const one = (id: string, expected: Outcome) => transaction({ key: id, id }, [], expected);
  const both = bulk([one('a', 'posted'), one('b', 'condition_failed')], false);
  const judge = (...data: object[]) => judgeWrite(both, false, answer(202, { data })).verdict;
  expect(judge(queued, known('rejected', 'b'))).toBe('answered');
  for (const wrong of [
    [queued],
    [known('queued', 'b'), queued],
    [queued, known('posted', 'b')],
    [queued, { problem: {} }],
  ])
    expect(judge(...wrong)).toBe('wrong');
});

test('a replay has the same id and says so', () => {
  const judge = (id: string, replayed: boolean) =>
    judgeReplay(draft('posted'), false, answer(202, known('posted', id), replayed)).verdict;
  expect([judge('a', true), judge('b', true), judge('a', false)]).toEqual([
    'answered',
    'wrong',
    'wrong',
  ]);
});

test('a replay may be new, or refused for what took its place, only once its record is gone', () => {
  const judge = (one: Answer, record: boolean, reused: boolean) =>
    judgeReplay(draft('posted'), false, one, { record, reused }).verdict;
  const fresh = answer(202, queued);
  expect([judge(fresh, true, false), judge(fresh, false, true)]).toEqual(['answered', 'wrong']);
  const reused = answer(422, { code: 'idempotency_key_reused' });
  const inBulk = answer(202, { data: [{ problem: { code: 'idempotency_key_reused' } }] });
  for (const one of [reused, inBulk])
    expect([judge(one, true, true), judge(one, true, false)]).toEqual(['answered', 'wrong']);
});

test('what nobody has sent is unknown, or cannot be told', () => {
  const judge = (status: number, body: Record<string, unknown>) =>
    judgeStranger(answer(status, body)).verdict;
  expect([judge(404, { code: 'transaction_not_found' }), judge(503, {})]).toEqual([
    'answered',
    'answered',
  ]);
  expect([judge(200, queued), judge(404, { code: 'ledger_not_found' })]).toEqual([
    'wrong',
    'wrong',
  ]);
  expect(judgeStranger(null).verdict).toBe('again');
});

test('a reused key is refused with its code and nothing else', () => {
  const judge = (status: number, body: Record<string, unknown>) =>
    judgeConflict(answer(status, body)).verdict;
  expect(judge(422, { code: 'idempotency_key_reused' })).toBe('answered');
  expect(judge(202, queued)).toBe('wrong');
  expect(judge(422, refusal('insufficient_funds'))).toBe('wrong');
});

test('what was answered is never unknown', () => {
  const judge = (status: number, body: Record<string, unknown>) =>
    judgeRead(planned, answer(status, body)).verdict;
  expect([judge(200, queued), judge(200, posted)]).toEqual(['answered', 'answered']);
  expect([judge(404, {}), judge(200, rejected), judge(200, { ...posted, id: 'b' })]).toEqual([
    'wrong',
    'wrong',
    'wrong',
  ]);
});
