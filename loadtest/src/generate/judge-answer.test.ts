import { expect, test } from 'vitest';
import { judgeAnswer } from './judge-answer.ts';

const KEY = '01a213eb-9fb2-76eb-9f9b-39fc4ca86073';
const OWN = `{"id":"${KEY}","status":"queued"}`;
const OTHER = '{"id":"01a213eb-9fb2-76eb-9f9b-39fc4ca86074","status":"queued"}';
const OVERLOADED = '{"title":"…","code":"overloaded"}';

test.each([
  { status: 202, body: OWN, judgement: 'accepted' },
  { status: 201, body: OWN, judgement: 'accepted' },
  { status: 202, body: OTHER, judgement: 'wrong' },
  { status: 202, body: '', judgement: 'wrong' },
  // After a lost connection autocannon may mix up answers.
  { status: 202, body: OTHER, sends: 1, orderly: false, judgement: 'unknown' },
  { status: 202, body: OWN, sends: 2, orderly: false, judgement: 'accepted' },
  { status: 503, body: OVERLOADED, judgement: 'refused' },
  { status: 429, body: '{"code":"rate_limited"}', judgement: 'refused' },
  // The first try may have been accepted.
  { status: 503, body: OVERLOADED, sends: 2, orderly: false, judgement: 'unknown' },
  { status: 503, body: '{"code":"unavailable"}', judgement: 'unknown' },
  { status: 500, body: '{"code":"internal_error"}', judgement: 'unknown' },
  { status: 400, body: '{"code":"invalid_request"}', judgement: 'wrong' },
  { status: 422, body: '{"code":"idempotency_key_reused"}', judgement: 'wrong' },
  { status: 404, body: '{"code":"ledger_not_found"}', judgement: 'wrong' },
])('$status $body is $judgement', ({ status, body, sends = 1, orderly = true, judgement }) => {
  const raw = Buffer.from(`HTTP/1.1 ${status} …\r\n\r\n${body}`);
  expect(judgeAnswer([KEY], { status, headers: [], raw, sends, orderly })).toBe(judgement);
});

test('an answer to a bulk names every transaction in its order', () => {
  const keys = [KEY, KEY.replace('073', '074'), KEY.replace('073', '075')];
  const judge = (ids: string[]) => {
    const data = ids.map((id) => ({ id, status: 'queued' }));
    const raw = Buffer.from(JSON.stringify({ data }));
    return judgeAnswer(keys, { status: 202, headers: [], raw, sends: 1, orderly: true });
  };
  expect(judge(keys)).toBe('accepted');
  expect(judge(keys.slice(0, 2))).toBe('wrong');
  expect(judge(keys.toReversed())).toBe('wrong');
});
