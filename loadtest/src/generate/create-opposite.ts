import { AMOUNT_MAX, namePlaces, type Workload } from './create-workload.ts';
import { FIRST_PLACE } from './transfer.ts';

/**
 * Transfers between the same few accounts, `size` of them from lower places to higher ones, then as many the other way, and
 * so on: bulks of that size meet the balances of those under way at the same time from the other end. All must be posted.
 */
export function createOpposite(accounts: number, size: number, random = Math.random): Workload {
  const below = (limit: number) => Math.floor(random() * limit);
  let drawn = 0;
  return {
    addresses: namePlaces(accounts),
    draw() {
      const up = Math.floor(drawn++ / size) % 2 === 0;
      const lower = below(accounts - 1);
      const higher = lower + 1 + below(accounts - 1 - lower);
      const [source, destination] = up ? [lower, higher] : [higher, lower];
      const amount = 1 + below(AMOUNT_MAX);
      return { source: FIRST_PLACE + source, destination: FIRST_PLACE + destination, amount };
    },
  };
}
