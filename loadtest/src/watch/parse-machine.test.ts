import { expect, test } from 'vitest';
import { parseMachine } from './parse-machine.ts';

test('all cores together, idle time and waiting for disks left out', () => {
  const text =
    'cpu  1000 20 300 90000 5000 4 50 6 0 0\ncpu0 500 10 150 45000 2500 2 25 3 0 0\nintr 1 2 3\n';
  expect(parseMachine(text)).toBe(1000 + 20 + 300 + 4 + 50 + 6);
});

test('where there is none it is zero', () => {
  expect(parseMachine('')).toBe(0);
});
