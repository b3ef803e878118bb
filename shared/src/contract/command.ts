import type { Rejection } from './rejections.ts';

/** Amount: decimal text of 1 to 38 digits, in minor units. */
export type Posting = { source: string; destination: string; asset: string; amount: string };

export type TransactionKind = 'transfer' | 'hold' | 'capture' | 'release' | 'expiry' | 'revert';
export type TransactionStatus =
  | 'queued'
  | 'pending'
  | 'posted'
  | 'rejected'
  | 'released'
  | 'expired';

/**
 * An accepted write on its way through the queue. Times are RFC 3339 in UTC with microseconds; the fingerprint is
 * SHA-256 in base64.
 */
export type Command = {
  ledgerId: number;
  id: string;
  kind: 'transfer';
  fingerprint: string;
  acceptedAt: string;
  postings: readonly Posting[];
  description: string | null;
  reference: string | null;
  metadata: Readonly<Record<string, string>>;
  effectiveAt: string | null;
};

/** What became of a command. `sequence` is that of the transaction's last change within its ledger. */
export type Outcome = {
  status: Exclude<TransactionStatus, 'queued'>;
  kind: TransactionKind;
  sequence: number;
  fingerprint: string;
  acceptedAt: string;
  postedAt: string;
  rejection: Rejection | null;
};
