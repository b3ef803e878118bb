import type { Outcome } from '@razao/shared/contract/command.ts';
import type {
  DatedEntryRow,
  EntryRow,
  HeldChangeRow,
  HoldRow,
  RevertedRow,
  TransactionRow,
} from '../../src/rows.ts';
import type { BalanceState, Frozen, LedgerState } from '../../src/state.ts';

/** The tables as far as a batch reads and writes them, each by its primary key. */
export type MemoryDatabase = {
  ledgers: Map<string, LedgerState>;
  accounts: Map<string, Frozen>;
  balances: Map<string, BalanceState>;
  transactions: Map<string, TransactionRow>;
  entries: Map<string, EntryRow>;
  heldChanges: Map<string, HeldChangeRow>;
  datedEntries: Map<string, DatedEntryRow>;
  holds: Map<string, Omit<HoldRow, 'changedBefore'>>;
  reverted: Map<string, RevertedRow>;
  assets: Map<string, string>;
};

/** What a transaction is by now: what it was, and what others have made of it. */
export function presentOutcome(database: MemoryDatabase, key: string): Outcome | undefined {
  const outcome = database.transactions.get(key)?.outcome;
  if (!outcome) return undefined;
  const hold = database.holds.get(key);
  const changes = [outcome.sequence, hold?.changed ?? 0, database.reverted.get(key)?.changed ?? 0];
  return { ...outcome, status: hold?.status ?? outcome.status, version: Math.max(...changes) };
}

/** The key of what one change of a balance leaves. */
export function versionKey(row: { ledgerUid: string; balanceId: number; version: number }): string {
  return `${row.ledgerUid}/${row.balanceId}/${row.version}`;
}
