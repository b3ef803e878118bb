import type { Random } from '../random.ts';
import { type Generator, posting, WORLD } from './draft.ts';

/**
 * A deposit, then a withdrawal that only this deposit allows, over and over: were one ever overtaken, or lost, the
 * withdrawal would be rejected.
 */
export function createChain(client: string, random: Random): Generator {
  const account = `chains:${client}`;
  let deposited = 0;
  return {
    next() {
      if (deposited > 0) {
        const amount = deposited;
        deposited = 0;
        return { postings: [posting(account, WORLD, amount)], expected: 'posted' };
      }
      deposited = 1 + random.below(1_000);
      return { postings: [posting(WORLD, account, deposited)], expected: 'posted' };
    },
  };
}
