import type { HistoryRow } from './read-history.ts';

const MOVING = new Set(['transfer', 'capture', 'revert']);

/** What an account had of an asset by all that had taken effect at an instant, added up from the transactions themselves. */
export function effectivePosted(
  history: readonly HistoryRow[],
  address: string,
  asset: string,
  at: string,
): bigint {
  let sum = 0n;
  for (const { kind, code, effective_at, postings } of history) {
    if (code !== null || !MOVING.has(kind) || effective_at > at) continue;
    for (const [source, destination, of, amount] of postings) {
      if (of !== asset) continue;
      if (source === address) sum -= BigInt(amount);
      if (destination === address) sum += BigInt(amount);
    }
  }
  return sum;
}
