import { expect, test } from 'vitest';
import { parseMemory } from './parse-memory.ts';

test('own and shared pages', () => {
  const text =
    'Name:\tpostgres\nVmRSS:\t   7000 kB\nRssAnon:\t    1000 kB\nRssFile:\t  2000 kB\nRssShmem:\t    4000 kB\nThreads:\t1\n';
  expect(parseMemory(text)).toEqual({ own: 1000, shared: 6000 });
});

test('a process that has ended has none', () => {
  expect(parseMemory('Name:\tpostgres\nState:\tZ (zombie)\n')).toEqual({ own: 0, shared: 0 });
});
