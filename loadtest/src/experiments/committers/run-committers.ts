import type { ExperimentDeps } from '../bench/experiment.ts';
import { commitBySessions } from '../ways/commit-by-sessions.ts';
import { compareWays } from '../ways/compare-ways.ts';
import { commitByClassic } from './commit-by-classic.ts';

/** What only the ledger's row keeps. */
const UNORDERED = ['chain.sql', 'sequences.sql'];

const WAYS = [
  { name: 'one session, batches of 500', run: commitBySessions(1) },
  { name: '4 sessions, batches of 500', run: commitBySessions(4) },
  { name: '16 connections, one by one', run: commitByClassic('ledger row') },
  {
    name: '16 connections, no sequence, no chain',
    run: commitByClassic('none'),
    broken: UNORDERED,
  },
];

/** One ledger, written by one committer, by several, and without any: why there is one. */
export async function runCommitters(deps: ExperimentDeps): Promise<string> {
  const title = 'committers: all into one ledger, each commit durable';
  return await compareWays(deps, WAYS, { title });
}
