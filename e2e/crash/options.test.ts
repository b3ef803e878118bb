import { expect, test } from 'vitest';
import { KILL_KINDS, KINDS } from './faults/kinds.ts';
import { parseOptions } from './options.ts';

test('defaults, and a seed of its own for each run', () => {
  expect(parseOptions([], () => 77)).toEqual({ kills: 20, seed: 77, only: KINDS, json: false });
  expect(parseOptions(['--kills', '100', '--seed', '0', '--json'])).toEqual({
    kills: 100,
    seed: 0,
    only: KINDS,
    json: true,
  });
  expect(parseOptions(['--only', 'rewind,kill,cut,redis']).only).toEqual([
    ...KILL_KINDS,
    'cut',
    'rewind',
  ]);
});

test.each([
  [['--kills', '0']],
  [['--kills', 'x']],
  [['--seed', '-1']],
  [['--seed', '4294967296']],
  [['--seed', '']],
  [['--only', 'nothing']],
  [['--only', '']],
  [['--what']],
  [['word']],
])('%j is refused', (args) => {
  expect(() => parseOptions(args)).toThrow();
});
