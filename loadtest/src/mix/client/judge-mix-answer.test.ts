import { expect, test } from 'vitest';
import type { MixRequest } from '../command.ts';
import { fakeMoving } from '../fake-moving.ts';
import { judgeMixAnswer } from './judge-mix-answer.ts';

const BOTH = '{"data":[{"id":"k1","status":"queued"},{"id":"k2","status":"queued"}]}';
const WITH_PROBLEM = BOTH.replace(',', ',{"problem":{"code":"invalid_request"}},');
const INVALID = '{"code":"invalid_request"}';

function judge(about: Partial<MixRequest>, status: number, body: string, orderly = true) {
  const commands = [fakeMoving({ id: 'k1' }), fakeMoving({ id: 'k2' })];
  const bulk = { client: 0, shape: 'bulk', commands, invalidAt: null, again: false } as const;
  const raw = Buffer.from(body);
  return judgeMixAnswer({ ...bulk, ...about }, { status, headers: [], raw, sends: 1, orderly });
}

test('a bulk without anything wrong is accepted whole', () => {
  expect(judge({}, 202, BOTH)).toBe('accepted');
  expect(judge({}, 202, WITH_PROBLEM)).toBe('wrong');
  expect(judge({}, 400, INVALID)).toBe('wrong');
});

test('an item that is not valid is refused alone', () => {
  expect(judge({ invalidAt: 1 }, 202, WITH_PROBLEM)).toBe('accepted');
  expect(judge({ invalidAt: 1 }, 202, BOTH)).toBe('wrong');
});

test('an atomic bulk is refused with it', () => {
  const atomic = { shape: 'atomic', invalidAt: 1 } as const;
  expect(judge(atomic, 400, INVALID)).toBe('invalid');
  expect(judge(atomic, 202, WITH_PROBLEM)).toBe('wrong');
  expect(judge(atomic, 503, '{"code":"overloaded"}')).toBe('unknown');
  expect(judge(atomic, 202, BOTH, false)).toBe('unknown');
});
