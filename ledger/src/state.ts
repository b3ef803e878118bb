import type { Outcome, Posting, TransactionKind } from '@razao/shared/contract/command.ts';

export type Frozen = 'none' | 'debit' | 'credit' | 'both';

/** A ledger as it stands when its row is locked. `hash` is the chain's head in base64. */
export type LedgerState = {
  /** What its rows are found by; never outside this database, where only the uid names a ledger. */
  id: number;
  uid: string;
  accounts: 'auto' | 'explicit';
  nextSequence: number;
  nextBalance: number;
  /** Rises with every change of an account's settings. */
  settingsVersion: number;
  hash: string;
  /** The instant of this commit. */
  postedAt: string;
};

/** Amounts in minor units; a limit of null is none. `id` is null while the balance has no row. */
export type BalanceState = {
  ledgerUid: string;
  address: string;
  asset: string;
  id: number | null;
  posted: bigint;
  held: bigint;
  overdraftLimit: bigint | null;
  maxBalance: bigint | null;
  version: number;
};

/** What became of a hold so far. `amount` is the sum of its postings, null where they are of several assets. */
export type HoldState = {
  status: 'pending' | 'posted' | 'released' | 'expired';
  expiresAt: string;
  amount: bigint | null;
  captured: bigint;
};

/**
 * A transaction that others act on: its postings, and what they have made of it so far. `hold` is null unless it is a hold
 * that was not rejected; `reverted` is null while nothing was, `amount` as in `HoldState`. `effectiveAt` is when it takes
 * effect, a hold when it was posted.
 */
export type TargetState = {
  kind: TransactionKind;
  effectiveAt: string;
  postings: readonly Posting[];
  hold: HoldState | null;
  reverted: { amount: bigint | null } | null;
};

/** The accounts of a ledger by address, its balances by asset and address, and the decimal places, as written, of its asset codes. */
export type Book = {
  readonly accounts: ReadonlyMap<string, Frozen>;
  readonly balances: ReadonlyMap<string, ReadonlyMap<string, BalanceState>>;
  readonly scales: ReadonlyMap<string, string>;
};

/**
 * What a batch reads before it is applied. Ledgers go by their uids. `books` have, of each, at least what the batch can touch and what of it
 * exists; `transactions`, by `transactionKey`, of those that exist the batch's own, their targets and what they depend on;
 * `targets` those acted on.
 */
export type BatchState = {
  ledgers: ReadonlyMap<string, LedgerState>;
  books: ReadonlyMap<string, Book>;
  transactions: ReadonlyMap<string, Outcome>;
  targets: ReadonlyMap<string, TargetState>;
};

/** Undefined where there is no such balance. Maps within maps: putting a key together costs more than looking three times. */
export function balanceOf(
  books: BatchState['books'],
  ledgerUid: string,
  address: string,
  asset: string,
): BalanceState | undefined {
  return books.get(ledgerUid)?.balances.get(asset)?.get(address);
}

export function transactionKey(ledgerUid: string, id: string): string {
  return `${ledgerUid}/${id}`;
}

export function scaleKey(ledgerUid: string, code: string): string {
  return `${ledgerUid}/${code}`;
}
