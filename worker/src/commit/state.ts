import type { Outcome, Posting, TransactionKind } from '@razao/shared/contract/command.ts';

export type Frozen = 'none' | 'debit' | 'credit' | 'both';

/** A ledger as it stands when its row is locked. `hash` is the chain's head in base64. */
export type LedgerState = {
  id: number;
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
  ledgerId: number;
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
 * that was not rejected; `reverted` is null while nothing was, `amount` as in `HoldState`.
 */
export type TargetState = {
  kind: TransactionKind;
  postings: readonly Posting[];
  hold: HoldState | null;
  reverted: { amount: bigint | null } | null;
};

/**
 * What a batch reads before it is applied; keys by `accountKey`, `balanceKey`, `transactionKey` and `scaleKey`.
 * `transactions` has, of those that exist, the batch's own, their targets and what they depend on; `targets` those acted
 * on; `scales` the decimal places, as written, of the asset codes that the ledgers use already.
 */
export type BatchState = {
  ledgers: ReadonlyMap<number, LedgerState>;
  accounts: ReadonlyMap<string, Frozen>;
  balances: ReadonlyMap<string, BalanceState>;
  transactions: ReadonlyMap<string, Outcome>;
  targets: ReadonlyMap<string, TargetState>;
  scales: ReadonlyMap<string, string>;
};

export function accountKey(ledgerId: number, address: string): string {
  return `${ledgerId}/${address}`;
}

/** The ledger that a key of any kind belongs to. */
export function ledgerOf(key: string): number {
  return Number.parseInt(key, 10);
}

export function balanceKey(ledgerId: number, address: string, asset: string): string {
  return `${ledgerId}/${address}/${asset}`;
}

export function transactionKey(ledgerId: number, id: string): string {
  return `${ledgerId}/${id}`;
}

export function scaleKey(ledgerId: number, code: string): string {
  return `${ledgerId}/${code}`;
}
