import { expect, test } from 'vitest';
import { createStorm } from './create-storm.ts';
import { judgeStormAnswer } from './judge-storm-answer.ts';
import type { StormKey } from './storm.ts';

const DERIVED = '0b1c2d3e-4f50-8172-8384-95a6b7c8d9e0';
const REPLAY = ['Content-Type', 'application/json', 'Idempotency-Replayed', 'true'];

function keys(): { uuid: StormKey; text: StormKey } {
  const [uuid, text] = createStorm(2).keys;
  return { uuid: uuid as StormKey, text: text as StormKey };
}

function judge(of: StormKey, status: number, body: string, headers = REPLAY, conflicting = false) {
  const raw = Buffer.from(body);
  const request = { of, key: '', body: '', conflicting };
  return judgeStormAnswer(request, { status, raw, headers, sends: 1, orderly: true });
}

test('a UUID is the id, in lower case', () => {
  const { uuid } = keys();
  expect(judge(uuid, 202, `{"id":"${uuid.id}"}`)).toBeNull();
  expect(uuid.accepted).toBe(true);
  expect(judge(uuid, 202, `{"id":"${uuid.id?.toUpperCase()}"}`)).toBe('an answer had a wrong id');
  expect(judge(uuid, 202, '{}')).toBe('an answer had a wrong id');
});

test('the first answer tells the id of another key, and later ones must agree', () => {
  const { text } = keys();
  expect(judge(text, 202, '{"id":"storm"}')).toBe('an answer had a wrong id');
  expect(judge(text, 202, `{"id":"${DERIVED}"}`)).toBeNull();
  expect(judge(text, 202, `{"id":"${DERIVED}"}`)).toBeNull();
  expect(judge(text, 202, `{"id":"${DERIVED.replace('0b', '0c')}"}`)).toBe(
    'an answer had a wrong id',
  );
});

test('one answer at most may take a key for new', () => {
  const { uuid } = keys();
  const body = `{"id":"${uuid.id}"}`;
  expect(judge(uuid, 202, body, [])).toBeNull();
  expect(judge(uuid, 202, body)).toBeNull();
  expect(judge(uuid, 202, body, [])).toBe('a key was taken for new twice');
});

test('another body must be refused, the same one must not', () => {
  const { uuid } = keys();
  const refusal = '{"code":"idempotency_key_reused"}';
  expect(judge(uuid, 422, refusal, [], true)).toBeNull();
  expect(judge(uuid, 202, `{"id":"${uuid.id}"}`, REPLAY, true)).toContain('not refused');
  expect(judge(uuid, 422, '{"code":"insufficient_funds"}', [], true)).toContain('not refused');
  expect(judge(uuid, 422, refusal)).toBe('an answer was not 2xx');
  expect(judge(uuid, 503, '{"code":"unavailable"}')).toBe('an answer was not 2xx');
});
