import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inParallel } from './in-parallel.ts';

test('every item once, in order, never more than the limit at a time', async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel([...Array(20).keys()], 3, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await turn();
    running -= 1;
    return item * 2;
  });
  expect(results).toEqual([...Array(20).keys()].map((item) => item * 2));
  expect(most).toBe(3);
});

test('a failure is passed on', async () => {
  const work = async (item: number) => {
    if (item === 1) {
      throw new Error('broken');
    }
  };
  await expect(inParallel([0, 1, 2], 2, work)).rejects.toThrow('broken');
});
