import { WORLD } from '@razao/shared/contract/grammar.ts';
import type { BalanceRow } from './rows.ts';
import { type BalanceState, type BatchState, balanceOf } from './state.ts';

/** The balances of a batch while it is applied: each is copied from the state when it is first looked at. */
export type WorkingBalances = {
  /** The balance as the batch has changed it so far. */
  get(ledgerUid: string, address: string, asset: string): BalanceState;
  changed(): BalanceRow[];
};

/** Starts from the state of the database, which it never changes. */
export function createWorkingBalances(books: BatchState['books']): WorkingBalances {
  const working = new Map<string, Map<string, Map<string, BalanceState>>>();
  const looked: { after: BalanceState; versionBefore: number; isNew: boolean }[] = [];
  return {
    get(ledgerUid, address, asset) {
      const ofAsset = working
        .getOrInsertComputed(ledgerUid, newMap<Map<string, BalanceState>>)
        .getOrInsertComputed(asset, newMap<BalanceState>);
      const known = ofAsset.get(address);
      if (known) return known;
      const stored = balanceOf(books, ledgerUid, address, asset);
      const after = stored ? copyOf(stored) : unused(ledgerUid, address, asset);
      looked.push({ after, versionBefore: after.version, isNew: stored === undefined });
      ofAsset.set(address, after);
      return after;
    },
    changed: () => looked.filter(isChanged),
  };
}

function isChanged(row: {
  after: BalanceState;
  versionBefore: number;
  isNew: boolean;
}): row is BalanceRow {
  const { after, versionBefore } = row;
  if (after.version === versionBefore) return false;
  if (after.id === null) throw new Error(`balance ${after.address} changed without an id`);
  return true;
}

function newMap<T>(): Map<string, T> {
  return new Map();
}

/** Named one by one: that is several times as fast as a spread. */
export function copyOf(balance: BalanceState): BalanceState {
  return {
    ledgerUid: balance.ledgerUid,
    address: balance.address,
    asset: balance.asset,
    id: balance.id,
    posted: balance.posted,
    held: balance.held,
    overdraftLimit: balance.overdraftLimit,
    maxBalance: balance.maxBalance,
    version: balance.version,
  };
}

function unused(ledgerUid: string, address: string, asset: string): BalanceState {
  return {
    ledgerUid,
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
