import { parseArgs } from 'node:util';

export type Scenario = 'spread' | 'hot' | 'duplicates';

export type Options = {
  scenario: Scenario;
  connections: number;
  seconds: number;
  accounts: number;
  /** Runs that many interleaved pairs of spread and hot; null: one run of the scenario. */
  pairs: number | null;
  url: string | null;
  /** A stack of its own even where npm start runs. */
  own: boolean;
  jsonFile: string | null;
};

export const USAGE = `usage: npm run load -- spread|hot|duplicates [options]
  --connections N   kept busy at once (64; duplicates: 200)
  --seconds N       how long requests are made (20; duplicates: 10)
  --accounts N      that spread picks from (10000)
  --pairs N         N interleaved pairs of spread and hot, with medians and their ratio
  --url URL         a running API; else that of npm start, else a stack of its own
  --own             a stack of its own in any case
  --json FILE       also writes the result there`;

/** Reads the command line; throws an Error with one line for the user where it makes no sense. */
export function parseOptions(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      connections: { type: 'string' },
      seconds: { type: 'string' },
      accounts: { type: 'string' },
      pairs: { type: 'string' },
      url: { type: 'string' },
      own: { type: 'boolean' },
      json: { type: 'string' },
    },
  });
  const scenario = readScenario(positionals);
  const storm = scenario === 'duplicates';
  if (storm && values.pairs !== undefined) {
    throw new Error('--pairs compares spread with hot, not duplicates');
  }
  if (values.own && values.url !== undefined) {
    throw new Error('--url and --own exclude each other');
  }
  return {
    scenario,
    connections: readCount('connections', values.connections, storm ? 200 : 64, [1, 2000]),
    seconds: readCount('seconds', values.seconds, storm ? 10 : 20, [1, 3600]),
    accounts: readCount('accounts', values.accounts, 10_000, [2, 1_000_000]),
    pairs: values.pairs === undefined ? null : readCount('pairs', values.pairs, 3, [1, 50]),
    url: readUrl(values.url),
    own: values.own ?? false,
    jsonFile: values.json ?? null,
  };
}

function readScenario(positionals: string[]): Scenario {
  const [name, ...rest] = positionals;
  if (rest.length > 0 || (name !== 'spread' && name !== 'hot' && name !== 'duplicates')) {
    throw new Error('name one scenario: spread, hot or duplicates');
  }
  return name;
}

function readCount(
  name: string,
  given: string | undefined,
  byDefault: number,
  [least, most]: [number, number],
): number {
  if (given === undefined) {
    return byDefault;
  }
  const count = Number(given);
  if (!Number.isInteger(count) || count < least || count > most) {
    throw new Error(`--${name} takes a whole number from ${least} to ${most}`);
  }
  return count;
}

/** Without a path: what is asked for is under `/v1` anyway. */
function readUrl(given: string | undefined): string | null {
  if (given === undefined) {
    return null;
  }
  const url = URL.parse(given);
  if (url === null || url.protocol !== 'http:') {
    throw new Error('--url takes an http:// address');
  }
  return url.origin;
}
