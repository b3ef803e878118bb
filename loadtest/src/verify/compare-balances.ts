import type { Books } from '../generate/create-books.ts';
import type { Problems } from './create-problems.ts';

/** A balance as Postgres has it: decimal text in minor units. */
export type FoundBalance = { address: string; asset: string; posted: string; held: string };

/**
 * Compares every balance of a ledger with the generator's books. An account without a row has nothing; `asset` is the only
 * one there may be.
 */
export function compareBalances(
  addresses: readonly string[],
  books: Books,
  asset: string,
  found: readonly FoundBalance[],
  problems: Problems,
): void {
  const posted = new Map<string, string>();
  const known = new Set(addresses);
  for (const row of found) {
    if (row.asset !== asset || !known.has(row.address) || row.held !== '0') {
      problems.add('balances that should not be', JSON.stringify(row));
    } else {
      posted.set(row.address, row.posted);
    }
  }
  addresses.forEach((address, place) => {
    const expected = String(books.balance(place));
    const actual = posted.get(address) ?? '0';
    if (actual !== expected) {
      problems.add('balances that differ', `${address} has ${actual}, not ${expected}`);
    }
  });
}
