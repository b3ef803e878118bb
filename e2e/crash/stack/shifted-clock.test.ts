import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { clockEnv } from './shifted-clock.ts';

const PRINT =
  'console.log(Date.now(), new Date().getTime(), new Date(5).getTime(), new Date(2026, 0).getMonth())';

test.each([-4_000, 2_500])(
  'without libfaketime Node itself has a clock that is %i ms off',
  (ms) => {
    const env = { ...process.env, ...clockEnv(ms) };
    const [now, made, given, month] = execFileSync(process.execPath, ['-e', PRINT], {
      env,
      encoding: 'utf8',
    })
      .trim()
      .split(' ')
      .map(Number);
    for (const told of [now, made])
      expect(Math.abs(Number(told) - Date.now() - ms)).toBeLessThan(2_000);
    expect([given, month]).toEqual([5, 0]);
  },
);

test('a right clock takes everything back', () => {
  expect(Object.keys(clockEnv(0)).sort()).toEqual(Object.keys(clockEnv(5)).sort());
  expect(Object.values(clockEnv(0)).every((value) => value === undefined)).toBe(true);
});
