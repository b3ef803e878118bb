import type { TransferCommand } from '@razao/shared/contract/command.ts';
import { withPostgres } from '@razao/stack/services/with-postgres.ts';
import { arrayLiteral } from '@razao/worker/commit/array-literal.ts';
import { openSession } from '../books/open-session.ts';
import { readStatement } from '../read-statement.ts';
import { BATCH } from '../ways/batch.ts';
import { runWay, type Way } from '../ways/run-way.ts';

const CALL = {
  name: 'apply_in_sql',
  text: 'select place, sequence, status, rejection from apply_in_sql($1, $2, $3, $4, $5, $6, $7, $8)',
};

/** A function in Postgres that applies a batch of commands of one posting each: one call, and one commit, for each batch. */
export function applyInSql(file: 'apply-in-sql' | 'apply-in-sql-by-row'): Way['run'] {
  return async (deps, { url, ledgerId, commands }) => {
    await withPostgres(url, (client) => client.query(readStatement(file).text));
    const session = await openSession(url, 0);
    const writer = () => {
      const batch = commands.take(BATCH);
      return () => session.query(CALL, toValues(ledgerId, batch));
    };
    const sample = await runWay(deps, BATCH, [writer]);
    session.destroy();
    return sample;
  };
}

function toValues(ledgerId: number, commands: readonly TransferCommand[]): unknown[] {
  const postings = commands.flatMap((command) => command.postings);
  return [
    ledgerId,
    arrayLiteral(commands.map(({ id }) => id)),
    arrayLiteral(commands.map(({ acceptedAt }) => acceptedAt)),
    arrayLiteral(commands.map(({ fingerprint }) => fingerprint)),
    arrayLiteral(postings.map(({ source }) => source)),
    arrayLiteral(postings.map(({ destination }) => destination)),
    arrayLiteral(postings.map(({ asset }) => asset)),
    arrayLiteral(postings.map(({ amount }) => amount)),
  ];
}
