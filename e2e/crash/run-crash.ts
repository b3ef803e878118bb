import { runStack } from '@razao/stack/run-stack.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { SHARDS } from '../support/lock-holder.ts';
import { KEY } from '../support/open-world.ts';
import { until } from '../support/poll.ts';
import { type RoundResult, roundViolations, runRound } from './kill/run-round.ts';
import { createSchedule, kindOf } from './kill/schedule.ts';
import { createLedgers, ledgerNames } from './load/ledgers.ts';
import { type Load, startLoad } from './load/start-load.ts';
import { type Report, summariseKinds } from './report.ts';
import { verify } from './verify/verify.ts';

export type CrashRun = {
  kills: number;
  seed: number;
  /** Empty; holds data and logs of the stack. */
  directory: string;
  signal: AbortSignal;
  say(line: string): void;
};

const WARM_UP = 300;

/**
 * Brings up a stack of its own with two APIs and two workers, kills parts of it under load by the schedule of the seed, and
 * verifies at the end what clients were told. Whatever was started is stopped again, also where this throws.
 */
export async function runCrash(run: CrashRun): Promise<Report> {
  const { directory, signal, say } = run;
  const stack = await runStack({
    directory,
    ports: 'free',
    apis: 2,
    workers: 2,
    env: { RAZAO_DEV_KEY: KEY, SHARDS: String(SHARDS), LOG_LEVEL: 'info' },
    signal,
    say,
  });
  let load: Load | undefined;
  try {
    const ledgers = ledgerNames(SHARDS);
    await createLedgers(stack, ledgers);
    load = startLoad(stack, ledgers, run.seed);
    return await killAndVerify(run, stack, ledgers, load);
  } finally {
    load?.abandon();
    await stack.stop();
  }
}

async function killAndVerify(run: CrashRun, stack: Stack, ledgers: string[], load: Load) {
  const { seed, signal, say } = run;
  const { journal } = load;
  const startedAt = performance.now();
  await until('load flows', () => signal.aborted || journal.sent.length > WARM_UP);
  const { rounds, violations } = await runRounds(run, stack, ledgers);
  say('waiting for the clients and the queue');
  await load.finish();
  signal.throwIfAborted();
  // What was found before must be told also where nothing can be verified any more.
  const verified = await verify(stack, ledgers, SHARDS, journal).catch((error) => ({
    outcomes: {} as Record<string, number>,
    holds: {},
    violations: [`cannot be verified: ${explain(error)}`],
  }));
  violations.push(...journal.violations, ...verified.violations);
  const { outcomes, holds } = verified;
  const { posted = 0, held = 0, ...rejections } = outcomes;
  return {
    ok: violations.length === 0,
    seed,
    kills: rounds.length,
    seconds: Math.round((performance.now() - startedAt) / 1_000),
    accepted: journal.sent.length,
    posted,
    held,
    rejected: Object.values(rejections).reduce((sum, count) => sum + count, 0),
    rejections,
    holds,
    ...journal.counts,
    answers: Object.fromEntries([...journal.answers].sort()),
    kinds: summariseKinds(rounds),
    rounds,
    violations,
  };
}

/** Ends early where a round shows that the stack does not come back: nothing that follows would mean anything. */
async function runRounds({ kills, seed, signal, say }: CrashRun, stack: Stack, ledgers: string[]) {
  const rounds: RoundResult[] = [];
  const violations: string[] = [];
  for (const round of createSchedule(kills, seed)) {
    try {
      const result = await runRound(stack, ledgers, round, signal);
      rounds.push(result);
      violations.push(...roundViolations(result));
      say(roundLine(result, kills));
      if (result.recoveryMs === null) break;
    } catch (error) {
      signal.throwIfAborted();
      violations.push(`round ${round.number}, ${kindOf(round)}: ${explain(error)}`);
      break;
    }
  }
  return { rounds, violations };
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${error.cause})`;
}

function roundLine({ number, kind, blows, recoveryMs }: RoundResult, kills: number): string {
  const names = blows.map(({ name }) => name).join(', ');
  const after = recoveryMs === null ? 'never' : `after ${recoveryMs} ms`;
  return `${number}/${kills} ${kind} (${names}): posting again ${after}`;
}
