import { parseArgs } from 'node:util';
import { BULK_TRANSACTIONS_MAX } from '@razao/shared/contract/limits.ts';
import type { BulkPlan } from './generate/create-traffic.ts';

const SCENARIOS = ['spread', 'hot', 'bulk', 'mix', 'duplicates'] as const;
export type Scenario = (typeof SCENARIOS)[number];

export type Options = {
  scenario: Scenario;
  connections: number;
  seconds: number;
  accounts: number;
  /** Of bulk; null for every other scenario. */
  bulk: BulkPlan | null;
  /** Of bulk: how many ledgers have the load at once, each in a shard of its own as far as there are enough. */
  ledgers: number;
  /** Runs that many interleaved pairs of spread and hot; null: one run of the scenario. */
  pairs: number | null;
  url: string | null;
  /** A stack of its own even where npm start runs. */
  own: boolean;
  jsonFile: string | null;
};

export const USAGE = `usage: npm run load -- spread|hot|bulk|mix|duplicates [options]
  --connections N   kept busy at once (64; bulk and mix: 16; duplicates: 200)
  --seconds N       how long requests are made (20; duplicates: 10)
  --accounts N      that spread and bulk pick from (10000; with --opposite: 4)
  --size N          bulk: transactions in each request (100)
  --atomic          bulk: all of a request's transactions are posted, or none
  --opposite        bulk: half of them go the opposite way of the others, over the same few accounts
  --ledgers N       bulk: spread over so many ledgers, on other shards (1)
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
      size: { type: 'string' },
      atomic: { type: 'boolean' },
      opposite: { type: 'boolean' },
      ledgers: { type: 'string' },
      pairs: { type: 'string' },
      url: { type: 'string' },
      own: { type: 'boolean' },
      json: { type: 'string' },
    },
  });
  const scenario = readScenario(positionals);
  if (scenario !== 'spread' && scenario !== 'hot' && values.pairs !== undefined) {
    throw new Error(`--pairs compares spread with hot, not ${scenario}`);
  }
  if (scenario !== 'bulk' && (values.size || values.atomic || values.opposite || values.ledgers)) {
    throw new Error('--size, --atomic, --opposite and --ledgers are for bulk');
  }
  if (values.own && values.url !== undefined) {
    throw new Error('--url and --own exclude each other');
  }
  return {
    scenario,
    connections: readCount('connections', values.connections, CONNECTIONS[scenario], [1, 2000]),
    seconds: readCount('seconds', values.seconds, scenario === 'duplicates' ? 10 : 20, [1, 3600]),
    accounts: readCount('accounts', values.accounts, values.opposite ? 4 : 10_000, [2, 1_000_000]),
    bulk:
      scenario === 'bulk'
        ? {
            size: readCount('size', values.size, 100, [1, BULK_TRANSACTIONS_MAX]),
            atomic: values.atomic ?? false,
            opposite: values.opposite ?? false,
          }
        : null,
    ledgers: readCount('ledgers', values.ledgers, 1, [1, 16]),
    pairs: values.pairs === undefined ? null : readCount('pairs', values.pairs, 3, [1, 50]),
    url: readUrl(values.url),
    own: values.own ?? false,
    jsonFile: values.json ?? null,
  };
}

const CONNECTIONS = { spread: 64, hot: 64, bulk: 16, mix: 16, duplicates: 200 } as const;

function readScenario(positionals: string[]): Scenario {
  const [name, ...rest] = positionals;
  const scenario = SCENARIOS.find((known) => known === name);
  if (rest.length > 0 || scenario === undefined) {
    throw new Error('name one scenario: spread, hot, bulk, mix or duplicates');
  }
  return scenario;
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
