import { availableParallelism, cpus } from 'node:os';
import { runChecks } from '@razao/sql/check.ts';
import { withPostgres } from '@razao/stack/services/with-postgres.ts';
import { withBare } from '../bare/measure-bare.ts';
import { type DuplicatesResult, runDuplicates } from '../duplicates/run-duplicates.ts';
import type { MixResult } from '../mix/mix-result.ts';
import { runMix } from '../mix/run-mix.ts';
import type { Options } from '../parse-options.ts';
import { formatDuplicates } from '../report/format-duplicates.ts';
import { formatLoad } from '../report/format-load.ts';
import { formatMix } from '../report/format-mix.ts';
import { formatPairs } from '../report/format-pairs.ts';
import type { Target } from '../target/target.ts';
import { ledgerNames } from './ledger-names.ts';
import type { LoadResult } from './load-result.ts';
import { mergeLoads } from './merge-loads.ts';
import { type LoadPlan, type LoadRun, runLoad } from './run-load.ts';
import { runPairs } from './run-pairs.ts';
import { startTogether } from './start-together.ts';
import { type PairsSummary, summarisePairs } from './summarise-pairs.ts';

/** What `--json` writes. */
export type Report = {
  startedAt: string;
  machine: { cores: number; model: string; node: string };
  target: string;
  runs: (LoadResult | MixResult | DuplicatesResult)[];
  pairs: PairsSummary | null;
  /** Checks of `sql/checks/` that found something, a line each. */
  brokenLaws: string[];
  /** Whether everything was as it had to be. */
  ok: boolean;
};

type Output = { print(text: string): void; say(line: string): void };

/** Runs what the command line asks for against the target, and prints each report as soon as it is there. */
export async function runScenario(
  options: Options,
  key: string,
  target: Target,
  { print, say }: Output,
): Promise<Report> {
  const startedAt = new Date().toISOString();
  say(`load: against ${target.what}, ${target.apiUrl}`);
  const { runs, pairs } = await run(options, key, target, { print, say });
  say('load: running the checks of sql/checks over the whole database');
  const violations = await withPostgres(target.databaseUrl, runChecks);
  const brokenLaws = violations.map(({ check, rows }) => `${check}: ${JSON.stringify(rows)}`);
  print(
    brokenLaws.length === 0
      ? 'checks: no row from any of sql/checks'
      : ['checks:', ...brokenLaws.map((law) => `  BROKEN    ${law}`)].join('\n'),
  );
  return {
    startedAt,
    machine: {
      cores: availableParallelism(),
      model: cpus()[0]?.model ?? 'unknown',
      node: process.version,
    },
    target: target.what,
    runs,
    pairs,
    brokenLaws,
    ok: brokenLaws.length === 0 && runs.every(({ problems }) => problems.length === 0),
  };
}

async function run(
  options: Options,
  key: string,
  target: Target,
  { print, say }: Output,
): Promise<Pick<Report, 'runs' | 'pairs'>> {
  const { scenario, connections, seconds, accounts, bulk } = options;
  if (scenario === 'duplicates') {
    const result = await runDuplicates({ connections, seconds, key }, target, say);
    print(formatDuplicates(result));
    return { runs: [result], pairs: null };
  }
  if (scenario === 'mix') {
    const result = await runMix({ connections, seconds, key }, target, say);
    print(formatMix(result));
    return { runs: [result], pairs: null };
  }
  const plan = { connections, seconds, accounts, bulk, key };
  const runOnce = (kind: 'spread' | 'hot') => {
    const name = ledgerNames(kind, 1)[0] ?? kind;
    const load = { ...plan, scenario: kind, name, start: async () => {} };
    return withBare(connections, () => runLoad(load, target, say));
  };
  const printLoad = (result: LoadResult) => print(formatLoad(result));
  if (options.pairs === null) {
    const result =
      scenario === 'bulk'
        ? await withBare(connections, () =>
            runBulks({ ...plan, scenario }, options.ledgers, target, say),
          )
        : await runOnce(scenario);
    printLoad(result);
    return { runs: [result], pairs: null };
  }
  const pairs = await runPairs(options.pairs, runOnce, printLoad);
  const summary = summarisePairs(pairs);
  print(formatPairs(summary));
  return { runs: pairs.flatMap(({ spread, hot }) => [spread, hot]), pairs: summary };
}

/** Bulks into several ledgers at once: one ledger is posted by one committer, however many there are. */
async function runBulks(
  plan: Omit<LoadPlan, 'name' | 'start'>,
  ledgers: number,
  target: Target,
  say: (line: string) => void,
): Promise<LoadRun> {
  const start = startTogether(ledgers);
  const connections = Math.max(1, Math.floor(plan.connections / ledgers));
  const [first, ...others] = await Promise.all(
    ledgerNames(plan.scenario, ledgers).map((name) =>
      runLoad({ ...plan, connections, name, start }, target, say),
    ),
  );
  if (!first) throw new Error('there is no ledger to load');
  return mergeLoads([first, ...others]);
}
