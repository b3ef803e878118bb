import { expect, test } from 'vitest';
import { parseOptions } from './options.ts';

test('defaults, and a seed of its own for each run', () => {
  expect(parseOptions([], () => 77)).toEqual({ kills: 20, seed: 77, json: false });
  expect(parseOptions(['--kills', '100', '--seed', '0', '--json'])).toEqual({
    kills: 100,
    seed: 0,
    json: true,
  });
});

test.each([
  [['--kills', '0']],
  [['--kills', 'x']],
  [['--seed', '-1']],
  [['--seed', '4294967296']],
  [['--seed', '']],
  [['--what']],
  [['word']],
])('%j is refused', (args) => {
  expect(() => parseOptions(args)).toThrow();
});
