import { expect, test } from 'vitest';
import { withBare } from './measure-bare.ts';

test('a bare route is measured before a run and after it', async () => {
  const order: string[] = [];
  const run = async () => {
    order.push('run');
    return { done: true };
  };
  const { bare, done } = await withBare(4, run, { warm: 0.2, measured: 0.5 });
  expect([done, order]).toEqual([true, ['run']]);
  expect(Math.min(bare.before, bare.after)).toBeGreaterThan(0);
});
