import type { Outcome } from '@razao/shared/contract/command.ts';

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

/** What a batch reads before it is applied; keys by `accountKey`, `balanceKey` and `transactionKey`. */
export type BatchState = {
  ledgers: ReadonlyMap<number, LedgerState>;
  accounts: ReadonlyMap<string, Frozen>;
  balances: ReadonlyMap<string, BalanceState>;
  transactions: ReadonlyMap<string, Outcome>;
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
