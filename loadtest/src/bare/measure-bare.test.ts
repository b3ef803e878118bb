import { expect, test } from 'vitest';
import { measureBare, withBare } from './measure-bare.ts';

test('a bare route is measured before a run and after it', async () => {
  const order: string[] = [];
  const { bare, done } = await withBare(4, async () => {
    order.push('run');
    return { done: true };
  });
  expect(order).toEqual(['run']);
  expect(done).toBe(true);
  expect(Math.min(bare.before, bare.after)).toBeGreaterThan(0);
}, 60_000);

test('it ends with the measurement', async () => {
  expect(await measureBare(1)).toBeGreaterThan(0);
}, 60_000);
