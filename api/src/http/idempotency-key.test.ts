import { expect, test } from 'vitest';
import { honoRequest } from '../../test/hono-request.ts';
import { BAD_KEYS } from '../bad-input.cases.ts';
import { readIdempotencyKey } from './idempotency-key.ts';

test.each([
  ['k', 'k'],
  ['"k"', 'k'],
  ['a"b', 'a"b'],
  ['"a\\"b\\\\c"', 'a"b\\c'],
  ['a\\b', 'a\\b'],
  ['  k ', 'k'],
  ['!~', '!~'],
  ['k'.repeat(255), 'k'.repeat(255)],
  [`"${'k'.repeat(255)}"`, 'k'.repeat(255)],
  [`"${'\\"'.repeat(255)}"`, '"'.repeat(255)],
])('%s is the key %s', (header, key) => {
  expect(readIdempotencyKey(honoRequest({ 'Idempotency-Key': header }))).toBe(key);
});

test.each(BAD_KEYS)('a key that is %s (%j) is refused as %s', (_, header, code) => {
  const request = honoRequest(header === null ? {} : { 'Idempotency-Key': header });
  expect(() => readIdempotencyKey(request)).toThrow(expect.objectContaining({ code }));
});
