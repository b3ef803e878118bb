import { runChecks } from '@razao/sql/check.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { withSql } from '../../support/open-world.ts';
import type { Journal } from '../load/journal.ts';
import { strayChunks, untilDrained } from './chunks.ts';
import { compareBulks, compareTransactions } from './compare.ts';
import { compareBalances, foretellBalances } from './compare-balances.ts';
import { compareHolds } from './compare-holds.ts';
import { compareKeys } from './compare-keys.ts';
import { untilHoldsEnded } from './open-holds.ts';
import { compareAnswers } from './read-back.ts';
import { readBalances, readHolds, readStored } from './stored.ts';

export type Verified = {
  /** How many commands ended how, those of the ledger itself left out. */
  outcomes: Record<string, number>;
  /** How many holds ended how. */
  holds: Record<string, number>;
  violations: string[];
};

/** Compares, past the API and once nothing is queued or held any more, all that clients were told with all that is stored. */
export async function verify(
  stack: Stack,
  ledgers: readonly string[],
  journal: Journal,
): Promise<Verified> {
  const { sent } = journal;
  await untilDrained(stack);
  await untilHoldsEnded(stack, ledgers);
  await untilDrained(stack);
  const stray = await strayChunks(stack);
  return await withSql(stack, async (client) => {
    const stored = await readStored(client, ledgers);
    const holds = await readHolds(client, ledgers);
    const balances = await readBalances(client, ledgers);
    const broken = await runChecks(client);
    return {
      outcomes: count(
        stored.filter(({ kind }) => kind !== 'expiry'),
        ({ outcome }) => outcome,
      ),
      holds: count(holds, ({ status }) => status),
      violations: [
        ...compareTransactions(sent, stored),
        ...compareBulks(sent, stored),
        ...compareKeys(journal.secondAcceptances, stored, journal.told.losses),
        ...compareHolds(sent, stored, holds),
        ...compareBalances(foretellBalances(sent, stored), balances),
        ...broken.map(({ check, rows }) => `law: ${check} does not hold: ${JSON.stringify(rows)}`),
        ...stray,
        ...(await compareAnswers(stack, ledgers, journal, { stored, holds, balances })),
      ],
    };
  });
}

function count<T>(items: readonly T[], nameOf: (item: T) => string): Record<string, number> {
  const groups = [...Map.groupBy(items, nameOf)].map(([name, group]) => [name, group.length]);
  return Object.fromEntries(groups.sort());
}
