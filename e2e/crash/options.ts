import { parseArgs } from 'node:util';

export type CrashOptions = { kills: number; seed: number; json: boolean };

export const USAGE = `usage: npm run crash -- [--kills N] [--seed S] [--json]
  --kills N   rounds, each with one or two victims (20)
  --seed S    replays the schedule of a seed (a random one)
  --json      the report as JSON on the standard output`;

const KILLS_MAX = 10_000;
const SEED_MAX = 2 ** 32 - 1;

/** Reads the command line; throws an Error with one line for the user where it makes no sense. */
export function parseOptions(
  args: string[],
  randomSeed = () => Math.floor(Math.random() * SEED_MAX),
): CrashOptions {
  const { values } = parseArgs({
    args,
    options: { kills: { type: 'string' }, seed: { type: 'string' }, json: { type: 'boolean' } },
  });
  return {
    kills: whole('kills', values.kills, 1, KILLS_MAX) ?? 20,
    seed: whole('seed', values.seed, 0, SEED_MAX) ?? randomSeed(),
    json: values.json ?? false,
  };
}

function whole(name: string, given: string | undefined, least: number, most: number) {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() === '' || !Number.isInteger(value) || value < least || value > most)
    throw new Error(`--${name} takes a whole number from ${least} to ${most}`);
  return value;
}
