import type { Random } from '../random.ts';
import { type Draft, type Generator, type Outcome, posting, transaction, WORLD } from './draft.ts';
import type { NextName } from './keys.ts';

const ACCOUNTS = 30;
const POSTINGS_MAX = 6;
const AMOUNT_MAX = 200;
const DEPOSIT_SHARE = 0.4;
const FEE_SHARE = 0.1;

/** Every client pays into it, and nobody out of it. */
const FEES = 'shared:fees';

/**
 * Transfers of up to six postings among thirty accounts that only this client uses, and to one that all of them pay into.
 * It keeps its own balances, so it knows which transfers must be rejected; were one lost, doubled or out of order, its
 * successors would end otherwise than foretold.
 */
export function createTransfers(client: string, random: Random, nextName: NextName): Generator {
  const accounts = Array.from({ length: ACCOUNTS }, (_, n) => `transfers:${client}:${n}`);
  const balances = new Map(accounts.map((account) => [account, 0]));
  const draw = () => accounts[random.below(ACCOUNTS)] ?? '';

  function drawPosting() {
    const source = random.chance(DEPOSIT_SHARE) ? WORLD : draw();
    const fee = random.chance(FEE_SHARE);
    let destination = fee ? FEES : draw();
    while (destination === source) destination = draw();
    return { source, destination, amount: 1 + random.below(AMOUNT_MAX) };
  }

  return {
    next(): Draft {
      const drawn = Array.from({ length: 1 + random.below(POSTINGS_MAX) }, drawPosting);
      const postings = drawn.map((one) => posting(one.source, one.destination, one.amount));
      return transaction(nextName(), postings, apply(balances, drawn));
    },
  };
}

/** The rule, said once more: after all postings no account may have lost what it did not have. */
function apply(
  balances: Map<string, number>,
  postings: readonly { source: string; destination: string; amount: number }[],
): Outcome {
  const nets = new Map<string, number>();
  const add = (account: string, amount: number) =>
    nets.set(account, (nets.get(account) ?? 0) + amount);
  for (const { source, destination, amount } of postings) {
    add(source, -amount);
    add(destination, amount);
  }
  const own = [...nets].filter(([account]) => balances.has(account));
  if (own.some(([account, net]) => net < 0 && (balances.get(account) ?? 0) + net < 0))
    return 'insufficient_funds';
  for (const [account, net] of own) balances.set(account, (balances.get(account) ?? 0) + net);
  return 'posted';
}
