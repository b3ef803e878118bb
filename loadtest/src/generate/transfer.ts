/** One posting. Accounts are named by their place in the workload's list of addresses; the amount is in minor units. */
export type Transfer = { source: number; destination: number; amount: number };

export const ASSET = 'BRL/2';

/** Places in the list of addresses. */
export const WORLD_PLACE = 0;
/** Never funded: whatever it is to pay must be rejected. */
export const EMPTY_PLACE = 1;
/** The first funded account; the hot one. */
export const FIRST_PLACE = 2;

/** Whether the ledger must reject it, in whatever order things are applied. */
export function isDoomed(transfer: Transfer): boolean {
  return transfer.source === EMPTY_PLACE;
}

/** What becomes of a transfer: it is posted, or rejected with that code. */
export type Outcome = 'posted' | 'insufficient_funds' | 'dependency_failed';

/** A transfer under its idempotency key, a UUID in lower case, which is then the transaction's id; its outcome is known beforehand. */
export type Keyed = Transfer & { key: string; outcome: Outcome };
