import type { Command, Outcome } from '@razao/shared/contract/command.ts';
import type { BalanceState, LedgerState } from './state.ts';

/** One side of a posting, as it is stored. */
export type EntryRow = {
  ledgerId: number;
  balanceId: number;
  version: number;
  sequence: number;
  amount: bigint;
  balanceAfter: bigint;
};

/** A transaction as it is stored. `bare`: only id, fingerprint and code, for a command that could not be processed. */
export type TransactionRow = { command: Command; outcome: Outcome; hash: string; bare: boolean };

/** A balance after the batch, with the version that it had before. */
export type BalanceRow = {
  after: BalanceState & { id: number };
  versionBefore: number;
  isNew: boolean;
};

/** What a batch writes. */
export type BatchRows = {
  ledgers: { after: LedgerState; firstSequence: number; addresses: string[] }[];
  accounts: { ledgerId: number; address: string }[];
  balances: BalanceRow[];
  transactions: TransactionRow[];
  entries: EntryRow[];
};

/** A command's outcome; `replay` when the transaction existed already, `conflict` when it existed with another body. */
export type CommandResult = { outcome: Outcome; replay: boolean; conflict: boolean };
