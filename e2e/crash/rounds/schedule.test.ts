import { expect, test } from 'vitest';
import { createFault, KILL_KINDS, KINDS } from '../faults/kinds.ts';
import { createSchedule } from './schedule.ts';

test('the same seed gives the same schedule, and a longer one begins with it', () => {
  expect(createSchedule(60, 7)).toEqual(createSchedule(60, 7));
  expect(createSchedule(60, 7).slice(0, 25)).toEqual(createSchedule(25, 7));
});

test('other seeds give other schedules', () => {
  const seen = new Set([0, 1, 2, 2 ** 31].map((seed) => JSON.stringify(createSchedule(5, seed))));
  expect(seen.size).toBe(4);
});

test('every kind comes before any comes again, also where only some are drawn', () => {
  for (const kinds of [KINDS, ['rewind', 'redis', 'api+worker']]) {
    const dealt = createSchedule(3 * kinds.length, 99, kinds).map(({ kind }) => kind);
    for (let n = 0; n < 3; n++)
      expect(dealt.slice(n * kinds.length, (n + 1) * kinds.length).sort()).toEqual(
        [...kinds].sort(),
      );
  }
});

test('the order in which kinds are named makes no difference', () => {
  expect(createSchedule(9, 4, ['cut', 'api', 'slow'])).toEqual(
    createSchedule(9, 4, ['slow', 'cut', 'api', 'cut']),
  );
});

test('each target is killed alone and in each pair', () => {
  expect(KILL_KINDS).toHaveLength(5 + 10);
  expect(KILL_KINDS.filter((kind) => kind.includes('worker'))).toHaveLength(5);
});

test('a fault is drawn by its seed alone', () => {
  for (const kind of KINDS) {
    const drawn = (seed: number) => createFault(kind, seed).drawn;
    expect(drawn(5)).toBe(drawn(5));
    const seeds = Array.from({ length: 60 }, (_, seed) => seed);
    expect([kind, new Set(seeds.map(drawn)).size > 1]).toEqual([kind, true]);
  }
  expect(() => createFault('nothing', 0)).toThrow('no fault is named nothing');
});

test('pairs fall in either order, apart or nearly at once', () => {
  const drawn = Array.from({ length: 100 }, (_, seed) => createFault('api+redis', seed).drawn);
  expect(new Set(drawn.map((text) => text.split(' ')[0]))).toEqual(new Set(['api', 'redis']));
  const apart = drawn.map((text) => Number(/, \w+ at (\d+)/.exec(text)?.[1]));
  expect(Math.min(...apart)).toBeLessThan(50);
  expect(Math.max(...apart)).toBeGreaterThan(400);
});
