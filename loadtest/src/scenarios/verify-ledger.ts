import type { Books } from '../generate/create-books.ts';
import { ASSET, type Keyed, type Outcome } from '../generate/transfer.ts';
import type { Api } from '../outside/create-api.ts';
import type { Outside } from '../outside/with-outside.ts';
import { checkByHttp } from '../verify/check-by-http.ts';
import { compareBalances } from '../verify/compare-balances.ts';
import { type Counts, compareTransactions } from '../verify/compare-transactions.ts';
import type { Problems } from '../verify/create-problems.ts';
import { readBalances } from '../verify/read-balances.ts';
import { readTransactions } from '../verify/read-transactions.ts';

export type LedgerCheck = {
  ledger: string;
  api: Api;
  outside: Pick<Outside, 'pg'>;
  addresses: readonly string[];
  books: Books;
  accepted: readonly Keyed[];
  /** Ids of transactions besides `accepted` that must be posted; already in the books. */
  funding: readonly string[];
  problems: Problems;
};

/** Compares a ledger with what the generator knows, past the API and through it. Returns how many have which outcome. */
export async function verifyLedger(check: LedgerCheck): Promise<Counts> {
  const { ledger, outside, addresses, books, accepted, funding, problems } = check;
  const expected = new Map<string, Outcome>(funding.map((id) => [id, 'posted']));
  for (const transfer of accepted) {
    expected.set(transfer.key, transfer.outcome);
  }
  if (expected.size !== funding.length + accepted.length) {
    problems.add(
      'ids that were given twice',
      `${expected.size} of ${accepted.length} are distinct`,
    );
  }
  const counts = await compareTransactions(
    expected,
    readTransactions(outside.pg, ledger),
    problems,
  );
  if (counts.posted + counts.rejected !== expected.size) {
    const { posted, rejected } = counts;
    problems.add('accepted is not posted + rejected', `${expected.size}, ${posted} + ${rejected}`);
  }
  compareBalances(addresses, books, ASSET, await readBalances(outside.pg, ledger), problems);
  await checkByHttp(check);
  return counts;
}
