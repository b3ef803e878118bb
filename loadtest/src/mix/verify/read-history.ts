import type { Client } from 'pg';
import { readPages } from '../../verify/read-transactions.ts';

/** A transaction as Postgres shows it; `status` and what belongs to a hold are those of now. */
export type HistoryRow = {
  id: string;
  sequence: string;
  kind: string;
  status: string;
  code: string | null;
  target: string | null;
  postings: [source: string, destination: string, asset: string, amount: string][];
  accepted_at: string;
  posted_at: string;
  effective_at: string;
  version: string;
  hold_expires_at: string | null;
  hold_captured: string | null;
  hold_remaining: string | null;
  reverted_amount: string | null;
};

const COLUMNS = `id, sequence, kind, status, rejection ->> 'code' as code, target, postings, accepted_at, posted_at,
  effective_at, version, hold_expires_at, hold_captured, hold_remaining, reverted_amount`;

/** Every transaction of a ledger in the order of its sequence. */
export async function readHistory(pg: Client, ledger: string): Promise<HistoryRow[]> {
  return await Array.fromAsync(readPages<HistoryRow>(pg, ledger, COLUMNS));
}
