import { expect, test } from 'vitest';
import { createFailureWindow } from './failure-window.ts';

test('invariant 9: three failures within a minute are too many, two are not', () => {
  const window = createFailureWindow(() => 0);
  expect(window.full()).toBe(false);
  window.add();
  window.add();
  expect(window.full()).toBe(false);
  window.add();
  expect(window.full()).toBe(true);
});

test.each([
  [59_999, true],
  [60_000, false],
])('invariant 9: three failures over %d ms are too many: %s', (span, full) => {
  let now = 0;
  const window = createFailureWindow(() => now);
  window.add();
  now = 30_000;
  window.add();
  now = span;
  window.add();
  expect(window.full()).toBe(full);
});

test('a window that was full is not full for ever', () => {
  let now = 0;
  const window = createFailureWindow(() => now);
  for (let i = 0; i < 3; i++) window.add();
  now = 60_001;
  expect(window.full()).toBe(false);
});
