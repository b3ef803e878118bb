import { expect, test } from 'vitest';
import { createSchedule, kindOf, TARGETS } from './schedule.ts';

test('the same seed gives the same schedule, and a longer one begins with it', () => {
  expect(createSchedule(60, 7)).toEqual(createSchedule(60, 7));
  expect(createSchedule(60, 7).slice(0, 25)).toEqual(createSchedule(25, 7));
});

test('other seeds give other schedules', () => {
  const seen = new Set([0, 1, 2, 2 ** 31].map((seed) => JSON.stringify(createSchedule(5, seed))));
  expect(seen.size).toBe(4);
});

test('every 20 rounds kill each target alone twice and each of the ten pairs once', () => {
  for (const seed of [0, 1, 99]) {
    const kinds = createSchedule(40, seed).slice(20).map(kindOf);
    for (const target of TARGETS) expect(kinds.filter((kind) => kind === target)).toHaveLength(2);
    const pairs = kinds.filter((kind) => kind.includes('+'));
    expect([pairs.length, new Set(pairs).size]).toEqual([10, 10]);
  }
});

test('pairs fall in either order, apart or nearly at once, and instants differ', () => {
  const rounds = createSchedule(200, 3);
  const pairs = rounds.filter(({ strikes }) => strikes.length === 2);
  const firsts = new Set(pairs.map(({ strikes }) => strikes[0]?.target));
  expect(firsts.size).toBe(TARGETS.length);
  const apart = pairs.map(({ strikes }) => strikes[1]?.afterMs ?? 0);
  expect(Math.min(...apart)).toBeLessThan(50);
  expect(Math.max(...apart)).toBeGreaterThan(400);
  expect(new Set(rounds.map(({ pauseMs }) => pauseMs)).size).toBeGreaterThan(100);
});

test('a kind is named in one way whatever fell first', () => {
  const strike = { afterMs: 0, downMs: 0 };
  const name = (...targets: ('api' | 'redis')[]) =>
    kindOf({ strikes: targets.map((target) => ({ target, ...strike })) });
  expect([name('redis', 'api'), name('api', 'redis'), name('redis')]).toEqual([
    'api+redis',
    'api+redis',
    'redis',
  ]);
});
