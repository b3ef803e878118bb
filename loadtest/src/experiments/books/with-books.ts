import { createDatabase, dropDatabase, withPostgres } from '@razao/stack/services/with-postgres.ts';
import type { Problems } from '../../verify/create-problems.ts';
import type { Bench } from '../bench/open-bench.ts';
import { type Commands, createCommands, type Kind } from './create-commands.ts';
import type { Seed } from './seed-books.ts';
import { verifyBooks } from './verify-books.ts';

/** A funded ledger in a database of its own, and the commands for it. */
export type MeasuredBooks = { url: string; ledgerId: number; commands: Commands };

export type WithBooksOptions = {
  bench: Pick<Bench, 'postgresUrl'>;
  seed: Seed;
  kind: Kind;
  problems: Problems;
  /** Names of files in `sql/checks/` that a case breaks by what it leaves out on purpose. */
  broken?: readonly string[];
};

/**
 * Runs a case on a fresh copy of the seed and verifies what it left: all the laws of the ledger, every balance, and as many
 * transactions as it says that it has written.
 */
export async function withBooks<T extends { written: number }>(
  { bench: { postgresUrl }, seed, kind, problems, broken = [] }: WithBooksOptions,
  run: (books: MeasuredBooks) => Promise<T>,
): Promise<T> {
  const name = 'razao_measure_case';
  const url = await createDatabase(postgresUrl, name, seed.database);
  const commands = createCommands(kind, seed.ledgerUid);
  // What the seed holds is a part of what must be found in the end.
  const seeded = commands.fund().length;
  // Each case starts as long before the next checkpoint as the others.
  await withPostgres(url, (client) => client.query('checkpoint'));
  const result = await run({ url, ledgerId: seed.ledgerId, commands });
  await verifyBooks({ url, commands, transactions: seeded + result.written, broken, problems });
  await dropDatabase(postgresUrl, name);
  return result;
}
