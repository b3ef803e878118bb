import type { Command, Outcome, Posting } from '@razao/shared/contract/command.ts';
import type { BalanceState, HoldState, LedgerState } from './state.ts';

/** One side of a posting, as it is stored. */
export type EntryRow = {
  ledgerUid: string;
  balanceId: number;
  version: number;
  sequence: number;
  amount: bigint;
  balanceAfter: bigint;
};

/** A change of what is held. */
export type HeldChangeRow = {
  ledgerUid: string;
  balanceId: number;
  version: number;
  sequence: number;
  amount: bigint;
  heldAfter: bigint;
};

/** An entry whose effect is dated otherwise than its posting. */
export type DatedEntryRow = Omit<EntryRow, 'balanceAfter'> & { effectiveAt: string };

/**
 * A transaction as it is stored: the postings that it moves, holds or frees, when it takes effect (null: when it is posted),
 * and what it acts on. `bare`: only id, fingerprint and code, for a command that could not be processed.
 */
export type TransactionRow = {
  command: Command;
  outcome: Outcome;
  hash: string;
  postings: readonly Posting[];
  effectiveAt: string | null;
  bare: boolean;
};

/** A balance after the batch, with the version that it had before. */
export type BalanceRow = {
  after: BalanceState & { id: number };
  versionBefore: number;
  isNew: boolean;
};

/**
 * A hold after the batch; `changed` is the sequence of the last transaction that changed it, `changedBefore` that as of
 * before the batch, null where the hold is new.
 */
export type HoldRow = HoldState & {
  ledgerUid: string;
  id: string;
  changed: number;
  changedBefore: number | null;
};

/** How much of a transaction was reverted by the end of the batch. */
export type RevertedRow = { ledgerUid: string; id: string; amount: bigint | null; changed: number };

/** What a batch writes. */
export type BatchRows = {
  ledgers: { after: LedgerState; firstSequence: number; addresses: string[] }[];
  accounts: { ledgerUid: string; address: string }[];
  balances: BalanceRow[];
  transactions: TransactionRow[];
  entries: EntryRow[];
  heldChanges: HeldChangeRow[];
  datedEntries: DatedEntryRow[];
  holds: HoldRow[];
  reverted: RevertedRow[];
  assets: { ledgerUid: string; code: string; scale: string }[];
};

/** A command's outcome; `replay` when the transaction existed already, `conflict` when it existed with another body. */
export type CommandResult = { outcome: Outcome; replay: boolean; conflict: boolean };

/** What is to be published of a transaction that a command acted on. */
export type TargetStatus = { ledgerUid: string; id: string; outcome: Outcome };
