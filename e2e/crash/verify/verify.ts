import { runChecks } from '@razao/sql/check.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { withSql } from '../../support/open-world.ts';
import type { Journal } from '../load/journal.ts';
import { strayChunks, untilDrained } from './chunks.ts';
import { compareBalances, compareTransactions } from './compare.ts';
import { readBalances, readStored } from './stored.ts';

export type Verified = { posted: number; rejected: number; violations: string[] };

/** Compares, past the API and once nothing is queued any more, all that clients were told with all that is stored. */
export async function verify(
  stack: Stack,
  ledgers: readonly string[],
  shards: number,
  journal: Journal,
): Promise<Verified> {
  await untilDrained(stack, shards);
  const stray = await strayChunks(stack, shards);
  return await withSql(stack, async (client) => {
    const stored = await readStored(client, ledgers);
    const balances = await readBalances(client, ledgers);
    const broken = await runChecks(client);
    const posted = stored.filter(({ outcome }) => outcome === 'posted').length;
    return {
      posted,
      rejected: stored.length - posted,
      violations: [
        ...compareTransactions(journal.sent, stored),
        ...compareBalances(journal.balances, balances),
        ...broken.map(({ check, rows }) => `law: ${check} does not hold: ${JSON.stringify(rows)}`),
        ...stray,
      ],
    };
  });
}
