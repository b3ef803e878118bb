/**
 * The rules of a ledger that can reject an accepted command, and what a client reads about each. A rejection is stored
 * under the transaction's id, so that a retry gets the same answer.
 */
export const REJECTIONS = {
  insufficient_funds: 'The source has less available than the transaction takes',
  balance_limit_exceeded: 'The destination would hold more than its maximum balance',
  account_frozen: 'The account is frozen in this direction',
  account_unknown: 'The ledger is explicit and the account was never created',
  asset_scale_mismatch: 'The ledger keeps this asset with another number of decimal places',
  hold_not_open: 'The target is not an open hold',
  hold_amount_exceeded: 'The hold has less left than the capture takes',
  target_unknown: 'The ledger has no transaction that this can act on',
  already_reverted: 'Nothing of the target is left to revert',
  revert_amount_exceeded: 'Less of the target is left to revert than this takes',
  amount_overflow: 'A balance would need more than 38 digits',
  condition_failed: 'A condition of the transaction did not hold when its turn came',
  dependency_failed: 'A transaction that this one depends on was rejected or is unknown',
  effective_before_target: 'It would take effect before the transaction that it acts on does',
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

/** The rejection of a code, with its standard text unless `about` has a better one. */
export function rejection(
  code: RejectionCode,
  about: Partial<Omit<Rejection, 'code'>> = {},
): Rejection {
  return { code, detail: REJECTIONS[code], ...about };
}
