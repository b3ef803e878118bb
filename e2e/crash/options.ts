import { parseArgs } from 'node:util';
import { KILL_KINDS, KINDS } from './faults/kinds.ts';

export type CrashOptions = { kills: number; seed: number; only: readonly string[]; json: boolean };

export const USAGE = `usage: npm run crash -- [--kills N] [--seed S] [--only KIND,...] [--json]
  --kills N   rounds, each with a fault: processes and stores killed, and whatever else goes wrong (20)
  --seed S    replays the schedule of a seed (a random one)
  --only ...  draws these kinds only; kill stands for all that are killed (all)
              ${KILL_KINDS.join(' ')}
              ${KINDS.filter((kind) => !KILL_KINDS.includes(kind)).join(' ')}
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
    options: {
      kills: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  return {
    kills: whole('kills', values.kills, 1, KILLS_MAX) ?? 20,
    seed: whole('seed', values.seed, 0, SEED_MAX) ?? randomSeed(),
    only: values.only === undefined ? KINDS : kinds(values.only),
    json: values.json ?? false,
  };
}

/** The kinds that are named. */
function kinds(given: string): string[] {
  const named = given.split(',').flatMap((kind) => (kind === 'kill' ? KILL_KINDS : [kind]));
  const unknown = named.find((kind) => !KINDS.includes(kind));
  if (unknown !== undefined) throw new Error(`--only knows no ${unknown}`);
  return KINDS.filter((kind) => named.includes(kind));
}

function whole(name: string, given: string | undefined, least: number, most: number) {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() === '' || !Number.isInteger(value) || value < least || value > most)
    throw new Error(`--${name} takes a whole number from ${least} to ${most}`);
  return value;
}
