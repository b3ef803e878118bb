import { runChecks } from '@razao/sql/check.ts';
import { withPostgres } from '@razao/stack/services/with-postgres.ts';
import { ASSET } from '../../generate/transfer.ts';
import { compareBalances } from '../../verify/compare-balances.ts';
import type { Problems } from '../../verify/create-problems.ts';
import { readBalances } from '../../verify/read-balances.ts';
import type { Commands } from './create-commands.ts';
import { LEDGER } from './seed-books.ts';

export type VerifyBooksOptions = {
  url: string;
  commands: Commands;
  /** How many there must be, rejected ones included. */
  transactions: number;
  /** Checks that are not asked; balances are only compared where their own is. */
  broken: readonly string[];
  problems: Problems;
};

/** The check that says whether balances follow their entries. */
const BALANCES_CHECK = 'balance_is_sum.sql';

/** Looks at what a case has left in its database. */
export async function verifyBooks(options: VerifyBooksOptions): Promise<void> {
  const { url, commands, transactions, broken, problems } = options;
  await withPostgres(url, async (client) => {
    for (const { check, rows } of await runChecks(client)) {
      if (!broken.includes(check)) problems.add(check, JSON.stringify(rows[0]));
    }
    const { rows } = await client.query<{ found: number }>(
      'select count(*)::integer as found from transactions',
    );
    if (rows[0]?.found !== transactions) {
      problems.add('transactions', `${rows[0]?.found} were found, not ${transactions}`);
    }
    if (!broken.includes(BALANCES_CHECK)) {
      const found = await readBalances(client, LEDGER);
      compareBalances(commands.addresses, commands.books, ASSET, found, problems);
    }
  });
}
