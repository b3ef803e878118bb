import { WORLD } from '@razao/shared/contract/grammar.ts';
import { type BalanceState, type BatchState, balanceKey } from './state.ts';

/** A balance as the batch has changed it so far; `isNew`: it has no row yet. */
export type WorkingBalance = BalanceState & { versionBefore: number; isNew: boolean };

/** The balances of a batch while it is applied: each is copied from the state when it is first looked at. */
export type WorkingBalances = {
  get(ledgerId: number, address: string, asset: string): WorkingBalance;
  changed(): WorkingBalance[];
};

/** Starts from the state of the database, which it never changes. */
export function createWorkingBalances(stored: BatchState['balances']): WorkingBalances {
  const working = new Map<string, WorkingBalance>();
  return {
    get(ledgerId, address, asset) {
      const key = balanceKey(ledgerId, address, asset);
      const known = working.get(key);
      if (known) return known;
      const state = stored.get(key);
      const balance = {
        ...(state ?? unused(ledgerId, address, asset)),
        versionBefore: state?.version ?? 0,
        isNew: state === undefined,
      };
      working.set(key, balance);
      return balance;
    },
    changed: () =>
      [...working.values()].filter((balance) => balance.version !== balance.versionBefore),
  };
}

function unused(ledgerId: number, address: string, asset: string): BalanceState {
  return {
    ledgerId,
    address,
    asset,
    id: null,
    posted: 0n,
    held: 0n,
    overdraftLimit: address === WORLD ? null : 0n,
    maxBalance: null,
    version: 0,
  };
}
