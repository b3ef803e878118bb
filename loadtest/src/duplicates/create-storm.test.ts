import { expect, test } from 'vitest';
import { createStorm } from './create-storm.ts';

test('half of the keys are UUIDs, whose id is known', () => {
  const { keys } = createStorm(100);
  expect(keys).toHaveLength(100);
  expect(keys.filter((key) => key.id !== null)).toHaveLength(50);
  expect(new Set(keys.flatMap((key) => key.spellings)).size).toBe(50 * 3 + 50 * 2);
});

test('all bodies of a key say the same, the other one does not', () => {
  for (const { bodies, otherBody } of createStorm(10).keys) {
    const [first, second] = bodies.map((body) => JSON.parse(body));
    expect(bodies[0]).not.toBe(bodies[1]);
    expect(second).toEqual(first);
    expect(JSON.parse(otherBody)).not.toEqual(first);
  }
});

test('a key gets another body only once it is known to be accepted', () => {
  const storm = createStorm(10);
  const draw = () => Array.from({ length: 10_000 }, () => storm.next());
  expect(draw().some((request) => request.conflicting)).toBe(false);
  for (const key of storm.keys) {
    key.accepted = true;
  }
  const requests = draw();
  const conflicting = requests.filter((request) => request.conflicting);
  expect(Math.abs(conflicting.length / requests.length - 0.05)).toBeLessThan(0.02);
  expect(conflicting.every(({ of, body }) => body === of.otherBody)).toBe(true);
  expect(new Set(requests.map(({ key }) => key)).size).toBe(25);
});
