import type { Posting } from '@razao/shared/contract/command.ts';

/** The posting of a transaction that has one: only such a one can be captured or reverted in parts. */
export function onlyPosting(postings: readonly Posting[]): Posting | null {
  const [first, ...others] = postings;
  return first && others.length === 0 ? first : null;
}

/** Null where the postings are of several assets, which have no sum. */
export function sumOf(postings: readonly Posting[]): bigint | null {
  const asset = postings[0]?.asset;
  if (postings.some((posting) => posting.asset !== asset)) return null;
  return postings.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
}

/**
 * What a command takes of what is left: the amount it names, else all. What is left is null where there are several
 * postings, which are taken whole (null) or not at all.
 */
export function takeFrom(left: bigint | null, amount: string | null): bigint | null | 'whole only' {
  if (amount === null) return left;
  return left === null ? 'whole only' : BigInt(amount);
}
