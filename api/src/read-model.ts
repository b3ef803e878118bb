import type { TransactionKind, TransactionStatus } from '@razao/shared/contract/command.ts';
import type { Rejection } from '@razao/shared/contract/rejections.ts';

/**
 * What the API reads: views only. Numbers that can exceed 2^53 and instants are text.
 */
export type ReadModel = {
  ledgers_view: {
    id: number;
    uid: string;
    name: string;
    accounts: 'auto' | 'explicit';
    metadata: Record<string, string>;
    sequence: string;
    hash: string;
    created_at: string;
  };
  accounts_view: {
    ledger_id: number;
    address: string;
    frozen: 'none' | 'debit' | 'credit' | 'both';
    metadata: Record<string, string>;
    version: string;
    etag: string;
  };
  balances_view: {
    ledger_id: number;
    address: string;
    asset: string;
    posted: string;
    held: string;
    available: string;
    overdraft_limit: string | null;
    max_balance: string | null;
    version: string;
  };
  transactions_view: {
    ledger_id: number;
    id: string;
    kind: TransactionKind;
    status: Exclude<TransactionStatus, 'queued'>;
    target: string | null;
    postings: [source: string, destination: string, asset: string, amount: string][];
    description: string | null;
    reference: string | null;
    metadata: Record<string, string> | null;
    rejection: Rejection | null;
    sequence: string;
    accepted_at: string;
    posted_at: string;
    effective_at: string;
    fingerprint: string;
    /** The sequence of the last transaction that changed it. */
    version: string;
    hold_expires_at: string | null;
    hold_amount: string | null;
    hold_captured: string | null;
    hold_remaining: string | null;
    reverted_amount: string | null;
  };
  /** The decimal places of each asset code that a ledger uses, as they are written: `BRL/02` is not `BRL/2`. */
  assets_view: { ledger_id: number; code: string; scale: string };
};
