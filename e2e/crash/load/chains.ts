import type { Random } from '../random.ts';
import { type Generator, posting, transaction, WORLD } from './draft.ts';
import type { NextName } from './keys.ts';

/**
 * A deposit, then a withdrawal that only this deposit allows, over and over: were one ever overtaken, or lost, the
 * withdrawal would be rejected.
 */
export function createChain(client: string, random: Random, nextName: NextName): Generator {
  const account = `chains:${client}`;
  let deposited = 0;
  return {
    next() {
      if (deposited > 0) {
        const amount = deposited;
        deposited = 0;
        return transaction(nextName(), [posting(account, WORLD, amount)], 'posted');
      }
      deposited = 1 + random.below(1_000);
      return transaction(nextName(), [posting(WORLD, account, deposited)], 'posted');
    },
  };
}
