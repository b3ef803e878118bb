import type { Outcome } from '../generate/transfer.ts';
import type { Problems } from './create-problems.ts';

/** How many transactions there are of either kind. */
export type Counts = { posted: number; rejected: number };
/** A transaction as Postgres has it; `code` is that of its rejection. */
export type FoundTransaction = { id: string; status: string; code: string | null };

/**
 * Compares the transactions of a ledger with those that were accepted, each with the outcome that it had to have. Returns
 * how many of each outcome there are; what is missing, too many, there twice or decided otherwise goes into `problems`.
 */
export async function compareTransactions(
  expected: ReadonlyMap<string, Outcome>,
  found: AsyncIterable<FoundTransaction>,
  problems: Problems,
): Promise<Counts> {
  const counts = { posted: 0, rejected: 0 };
  const seen = new Set<string>();
  for await (const { id, status, code } of found) {
    const outcome = expected.get(id);
    if (seen.has(id)) {
      problems.add('transactions that are there twice', id);
    } else if (outcome === undefined) {
      problems.add('transactions that were never accepted', `${id} ${status}`);
    } else if ((code ?? status) !== outcome) {
      problems.add(
        'transactions with the wrong outcome',
        `${id} ${status} ${code}, not ${outcome}`,
      );
    }
    seen.add(id);
    counts[status === 'posted' ? 'posted' : 'rejected'] += 1;
  }
  for (const id of expected.keys()) {
    if (!seen.has(id)) {
      problems.add('accepted transactions that are missing', id);
    }
  }
  return counts;
}
