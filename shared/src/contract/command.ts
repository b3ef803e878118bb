import type { Rejection } from './rejections.ts';

/** Amount: decimal text of 1 to 38 digits, in minor units. */
export type Posting = { source: string; destination: string; asset: string; amount: string };

/** What must hold when the command's turn comes: the source has at least this available, before anything is moved. */
export type Condition = { sourceAvailableGte: string };
export type ConditionalPosting = Posting & { if?: Condition };

export type TransactionKind = 'transfer' | 'hold' | 'capture' | 'release' | 'expiry' | 'revert';
export type TransactionStatus =
  | 'queued'
  | 'pending'
  | 'posted'
  | 'rejected'
  | 'released'
  | 'expired';

/**
 * What every accepted write carries through the queue. Times are RFC 3339 in UTC with microseconds; the fingerprint is
 * SHA-256 in base64. What is absent was not asked for. A ledger goes by its uid, which no other ever has.
 */
type Accepted = {
  ledgerUid: string;
  id: string;
  fingerprint: string;
  acceptedAt: string;
  /** Rejected unless this transaction of the ledger exists by then and was not rejected. */
  dependsOn?: string;
  /** The digest of the atomic bulk that this is a member of; its members stand side by side in one chunk. */
  atomic?: string;
};

/** What moves money of its own, now or, where it is a hold, later. */
type Moving = Accepted & {
  postings: readonly ConditionalPosting[];
  description: string | null;
  reference: string | null;
  metadata: Readonly<Record<string, string>>;
  effectiveAt: string | null;
};

/** What acts on a transaction that exists already. */
type Acting = Accepted & { target: string };

export type TransferCommand = Moving & { kind: 'transfer' };
export type HoldCommand = Moving & { kind: 'hold'; expiresAt: string };
/**
 * What moves money that its target named. `amount` null: all that is left. Without an `effectiveAt` it takes effect with its
 * posting, or with its target where that is later.
 */
type Following = Acting & { amount: string | null; effectiveAt?: string };
/** `final: false` keeps what is not captured open. */
export type CaptureCommand = Following & { kind: 'capture'; final: boolean };
export type ReleaseCommand = Acting & { kind: 'release' };
/** The system's own: ends a hold whose time is over. */
export type ExpiryCommand = Acting & { kind: 'expiry' };
/** `force` ignores overdraft limits, maximum balances. */
export type RevertCommand = Following & { kind: 'revert'; force: boolean };

/** An accepted write on its way through the queue. */
export type Command =
  | TransferCommand
  | HoldCommand
  | CaptureCommand
  | ReleaseCommand
  | ExpiryCommand
  | RevertCommand;

/**
 * What became of a command. `sequence` is its own within its ledger; `version` is that of the last transaction that changed
 * it: a hold is captured, a transfer is reverted.
 */
export type Outcome = {
  version: number;
  status: Exclude<TransactionStatus, 'queued'>;
  kind: TransactionKind;
  sequence: number;
  fingerprint: string;
  acceptedAt: string;
  postedAt: string;
  rejection: Rejection | null;
};
