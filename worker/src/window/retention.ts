import { IDEMPOTENCY_WINDOW_SECONDS_MIN, MEMORY_SHARES } from '@razao/shared/contract/limits.ts';

/** What Redis is told of a commit, and for how long it is to know it. */
export type Retention = {
  /** The idempotency window. */
  seconds: number;
  /** Whether balances are written; else those that are there are deleted: an older one must not stay. */
  balances: boolean;
  /** Whether outcomes are written; else only what is more than a transaction's own outcome is. */
  outcomes: boolean;
};

/**
 * What is finished gives way to what waits: from a share of the memory on the window shortens, evenly on a logarithmic scale,
 * to the shortest; beyond that balances go first, and in the end all that Postgres knows as well.
 */
export function retentionAt(share: number, longestSeconds: number): Retention {
  const { shortens, shortest, full } = MEMORY_SHARES;
  const way = Math.min(Math.max((share - shortens) / (shortest - shortens), 0), 1);
  const least = Math.min(IDEMPOTENCY_WINDOW_SECONDS_MIN, longestSeconds);
  return {
    seconds: Math.round(longestSeconds * (least / longestSeconds) ** way),
    balances: share < shortest,
    outcomes: share < full,
  };
}
