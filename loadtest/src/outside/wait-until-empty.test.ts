import { expect, test } from 'vitest';
import { waitUntilEmpty } from './wait-until-empty.ts';

const PATIENCE = { quietMs: 100, standstillMs: 200 };

/** Each look sees the next of the states [decided, queued], and the last one for ever. */
function watching(...states: [number, number][]) {
  let state: [number, number] = [0, 0];
  return {
    countDecided: async () => {
      state = states.shift() ?? state;
      return state[0];
    },
    countQueued: async () => state[1],
    left: () => states.length,
  };
}

test('all are decided and nothing is queued', async () => {
  const outside = watching([1, 3], [5, 1], [5, 0], [6, 0]);
  await waitUntilEmpty(outside, 'l', 5, PATIENCE);
  expect(outside.left()).toBe(1);
});

test('an empty queue is not the end while transactions still appear', async () => {
  const states = [1, 2, 3, 4, 5, 6, 7, 8].map((decided): [number, number] => [decided, 0]);
  const outside = watching(...states);
  await waitUntilEmpty(outside, 'l', 8, PATIENCE);
  expect(outside.left()).toBe(0);
});

test('what is missing for good is not waited for', async () => {
  const startedAt = performance.now();
  await waitUntilEmpty(watching([4, 0]), 'l', 5, PATIENCE);
  expect(performance.now() - startedAt).toBeGreaterThan(PATIENCE.quietMs);
});

test('a queue on which nobody works is a failure', async () => {
  await expect(waitUntilEmpty(watching([4, 2]), 'l', 5, PATIENCE)).rejects.toThrow(
    'nothing moves: 4 of 5 transactions are decided, 2 chunks are queued',
  );
});
