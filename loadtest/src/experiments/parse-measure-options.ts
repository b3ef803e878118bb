import { parseArgs } from 'node:util';

export type ExperimentName = 'chunks' | 'committers' | 'apply';

export type MeasureOptions = {
  experiments: readonly ExperimentName[];
  /** How long each case is kept busy in each repetition. */
  seconds: number;
};

const NAMES = ['chunks', 'committers', 'apply'] as const;
const SECONDS_DEFAULT = 5;
/** More would make the pre-computed rows of one case larger than a small machine's memory. */
const SECONDS_MAX = 20;

export const MEASURE_USAGE = `usage: npm run measure -- chunks|committers|apply|all [options]
  --seconds N       how long each case runs, three times (${SECONDS_DEFAULT})`;

/** Reads the command line; throws an Error with one line for the user where it makes no sense. */
export function parseMeasureOptions(args: string[]): MeasureOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { seconds: { type: 'string' } },
  });
  const [name, ...rest] = positionals;
  const experiments = name === 'all' ? NAMES : NAMES.filter((known) => known === name);
  if (experiments.length === 0 || rest.length > 0) {
    throw new Error(`name one experiment: ${NAMES.join(', ')} or all`);
  }
  const seconds = Number(values.seconds ?? SECONDS_DEFAULT);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > SECONDS_MAX) {
    throw new Error(`--seconds takes a whole number from 1 to ${SECONDS_MAX}`);
  }
  return { experiments, seconds };
}
