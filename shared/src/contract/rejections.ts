/**
 * The rules of a ledger that can reject an accepted command, and what a client reads about each. A rejection is stored
 * under the transaction's id, so that a retry gets the same answer.
 */
export const REJECTIONS = {
  insufficient_funds: 'The source has less available than the transaction takes',
  balance_limit_exceeded: 'The destination would hold more than its maximum balance',
  account_frozen: 'The account is frozen in this direction',
  account_unknown: 'The ledger is explicit and the account was never created',
  amount_overflow: 'A balance would need more than 38 digits',
  processing_failed: 'The command could not be processed; it was recorded and changed nothing',
} as const satisfies Record<string, string>;

export type RejectionCode = keyof typeof REJECTIONS;

/** Amounts are decimal text in minor units. */
export type Rejection = {
  code: RejectionCode;
  detail: string;
  account?: string;
  asset?: string;
  available?: string;
  required?: string;
};

/** The rejection of a code with its standard text. */
export function rejection(
  code: RejectionCode,
  about: Omit<Rejection, 'code' | 'detail'> = {},
): Rejection {
  return { code, detail: REJECTIONS[code], ...about };
}
