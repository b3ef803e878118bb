/**
 * What the API reads: views only. Numbers that can exceed 2^53 and instants are text.
 */
export type ReadModel = {
  ledgers_view: {
    id: number;
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
    kind: 'transfer';
    status: 'posted' | 'rejected';
    target: string | null;
    postings: [source: string, destination: string, asset: string, amount: string][];
    description: string | null;
    reference: string | null;
    metadata: Record<string, string> | null;
    rejection: import('@razao/shared/contract/rejections.ts').Rejection | null;
    sequence: string;
    accepted_at: string;
    posted_at: string;
    effective_at: string;
    fingerprint: string;
  };
};
