import fc from 'fast-check';
import { expect, test } from 'vitest';
import { excess, mayHaveMore } from './fair-part.ts';

const MAX = 1_200;

test.each([
  [1, 600],
  [2, 400],
  [3, 300],
  [5, 200],
])('%d that take all they get have %d each of 1,200', (count, each) => {
  const parts = Array.from({ length: count }, () => 0);
  const all = () => parts.reduce((sum, part) => sum + part, 0);
  for (let turns = 0; turns < MAX; turns++)
    for (const [i, own] of parts.entries()) if (mayHaveMore(own, all(), MAX)) parts[i] = own + 1;
  for (const part of parts) expect(Math.abs(part - each)).toBeLessThanOrEqual(1);
  expect(mayHaveMore(0, all(), MAX), 'one more has room').toBe(true);
});

test('when so much has gone it may have more again, whoever it belonged to, and not much sooner in any case', () => {
  const amounts = fc.tuple(fc.nat(MAX), fc.nat(MAX), fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(amounts, ([own, others, share]) => {
      const all = own + others;
      fc.pre(!mayHaveMore(own, all, MAX));
      const gone = Math.ceil(excess(own, all, MAX));
      // Of what goes, some is its own: all that is not the others', and any part of the rest.
      const ownGone = Math.max(gone - others, Math.floor(Math.min(own, gone) * share));
      expect(mayHaveMore(own - ownGone, all - gone, MAX)).toBe(true);
      const others1 = Math.min(others, gone - 2);
      if (gone > 2)
        expect(mayHaveMore(own - (gone - 2 - others1), all - gone + 2, MAX)).toBe(false);
    }),
  );
});

test('who may have more has nothing to wait for', () => {
  expect(excess(599, 599, MAX)).toBe(0);
  expect(excess(0, 0, MAX)).toBe(0);
});
