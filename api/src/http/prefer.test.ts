import { expect, test } from 'vitest';
import { honoRequest } from '../../test/hono-request.ts';
import { readPreferWait, waitFor } from './prefer.ts';

test.each([
  ['wait=0', 0],
  ['wait=1', 1],
  ['wait=10', 10],
  ['wait=11', 10],
  ['wait=999999999', 10],
  ['wait=1000000000', 10],
  [`wait=${'9'.repeat(400)}`, 10],
  ['wait="5"', 5],
  ['Wait = 5', 5],
  ['wait=5; foo=bar', 5],
  ['respond-async, wait=5', 5],
  ['wait=5,wait=7', 5],
  ['wait=x, wait=7', 7],
])('Prefer: %s waits %i s, and says so', (prefer, seconds) => {
  expect(readPreferWait(honoRequest({ prefer }))).toEqual({
    ms: seconds * 1_000,
    applied: { 'Preference-Applied': `wait=${seconds}` },
  });
});

test.each(['', 'wait', 'wait=', 'wait=-1', 'wait=1.5', 'wait=1s', 'await=5', 'respond-async'])(
  'Prefer: %s is ignored, as the RFC says',
  (prefer) => {
    expect(readPreferWait(honoRequest({ prefer }))).toEqual({ ms: 0, applied: {} });
  },
);

test('without the header nobody waits', () => {
  expect(readPreferWait(honoRequest())).toEqual({ ms: 0, applied: {} });
});

test('a wait from elsewhere is clamped alike', () => {
  expect(waitFor(60)).toEqual({ ms: 10_000, applied: { 'Preference-Applied': 'wait=10' } });
});
