import type { Random } from '../random.ts';
import { type Generator, type Outcome, posting, transaction, WORLD } from './draft.ts';
import type { NextName } from './keys.ts';

const SHOP = 'doomed:shop';
const EMPTY = 'doomed:empty';

/** Accounts with settings that must stand before the load begins, by address. */
export const DOOMED_ACCOUNTS: Record<string, object> = {
  'doomed:overdrawn': { limits: { 'BRL/2': { overdraft_limit: '100' } } },
  'doomed:full': { limits: { 'BRL/2': { max_balance: '50' } } },
  'doomed:frozen': { frozen: 'both' },
};

type Way = [source: string, destination: string, least: number, expected: Outcome];

const WAYS: readonly [Way, ...Way[]] = [
  [EMPTY, SHOP, 1, 'insufficient_funds'],
  ['doomed:overdrawn', SHOP, 101, 'insufficient_funds'],
  [WORLD, 'doomed:full', 51, 'balance_limit_exceeded'],
  [WORLD, 'doomed:frozen', 1, 'account_frozen'],
];

/** Commands that must be rejected whenever they come, each for its own reason; half of them after a posting that is fine. */
export function createDoomed(random: Random, nextName: NextName): Generator {
  return {
    next() {
      const [source, destination, least, expected] = WAYS[random.below(WAYS.length)] ?? WAYS[0];
      const doomed = posting(source, destination, least + random.below(1_000));
      const fine = random.chance(0.5) ? [posting(WORLD, SHOP, 7)] : [];
      return transaction(nextName(), [...fine, doomed], expected);
    },
  };
}
