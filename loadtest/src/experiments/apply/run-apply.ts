import type { ExperimentDeps } from '../bench/experiment.ts';
import { commitBySessions } from '../ways/commit-by-sessions.ts';
import { compareWays } from '../ways/compare-ways.ts';
import { applyByStatements } from './apply-by-statements.ts';
import { applyInSql } from './apply-in-sql.ts';
import { insertRaw } from './insert-raw.ts';

const CEILING = 'only the inserts, rows given';

/** Raw inserts leave the balances and the ledger's counter where they were. */
const NOT_UPDATED = ['balance_is_newest_entry.sql', 'balance_is_sum.sql', 'sequences.sql'];

const WAYS = [
  { name: CEILING, run: insertRaw, broken: NOT_UPDATED },
  { name: 'rules in TypeScript (commitBatch)', run: commitBySessions(1) },
  { name: 'rules in plpgsql, in arrays', run: applyInSql('apply-in-sql') },
  { name: 'rules in plpgsql, row by row', run: applyInSql('apply-in-sql-by-row') },
  { name: 'statements for each, from node', run: applyByStatements },
];

/** The same batches of 500 applied in different places: why the rules are in TypeScript. */
export async function runApply(deps: ExperimentDeps): Promise<string> {
  const title = 'apply: one session, batches of 500, each commit durable';
  return await compareWays(deps, WAYS, { title, ceiling: CEILING });
}
