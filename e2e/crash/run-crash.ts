import { until } from '@razao/stack/test/until.ts';
import { SHARDS } from '../support/lock-holder.ts';
import type { Scene } from './faults/fault.ts';
import { KINDS } from './faults/kinds.ts';
import { createLedgers, ledgerNames } from './load/ledgers.ts';
import { type Load, startLoad } from './load/start-load.ts';
import { createRandom } from './random.ts';
import { countFaults, type Report, summariseKinds } from './report.ts';
import { type RoundResult, roundViolations, runRound } from './rounds/run-round.ts';
import { createSchedule } from './rounds/schedule.ts';
import { type CrashStack, openCrashStack } from './stack/crash-stack.ts';
import { prepareClocks } from './stack/shifted-clock.ts';
import { verify } from './verify/verify.ts';

export type CrashRun = {
  kills: number;
  seed: number;
  /** The kinds that are drawn; all of them where none are named. */
  only?: readonly string[];
  /** Empty; holds data and logs of the stack. */
  directory: string;
  signal: AbortSignal;
  say(line: string): void;
};

const WARM_UP = 300;

/**
 * Brings up a stack of its own with two APIs and two workers, breaks something of it in each round, under load and by the
 * schedule of the seed, and verifies at the end what clients were told. Whatever was started is stopped again, also where this
 * throws.
 */
export async function runCrash(run: CrashRun): Promise<Report> {
  const { directory, signal, say, only = KINDS } = run;
  if (only.includes('clocks')) prepareClocks(say);
  const stack = await openCrashStack({
    directory,
    apis: 2,
    workers: 2,
    shards: SHARDS,
    env: {},
    signal,
    say,
  });
  let load: Load | undefined;
  try {
    const ledgers = ledgerNames(SHARDS);
    await createLedgers(stack, ledgers);
    load = startLoad(stack, ledgers, run.seed);
    return await breakAndVerify(run, stack, ledgers, load);
  } finally {
    load?.abandon();
    await stack.stop();
  }
}

async function breakAndVerify(run: CrashRun, stack: CrashStack, ledgers: string[], load: Load) {
  const { seed, only = KINDS, signal, say } = run;
  const { journal } = load;
  const startedAt = performance.now();
  await until('load flows', () => signal.aborted || journal.sent.length > WARM_UP);
  const ownLedgers: string[] = [];
  const { rounds, violations } = await runRounds(run, { stack, load, ledgers, ownLedgers });
  say('waiting for the clients and the queue');
  load.resume();
  await load.finish();
  signal.throwIfAborted();
  // What was found before must be told also where nothing can be verified any more.
  const all = [...new Set([...ledgers, ...ownLedgers])];
  const verified = await verify(stack, all, journal).catch((error) => ({
    outcomes: {} as Record<string, number>,
    holds: {},
    violations: [`unverified: ${explain(error)}`],
  }));
  violations.push(...journal.violations, ...verified.violations);
  const { outcomes, holds } = verified;
  const { posted = 0, held = 0, ...rejections } = outcomes;
  return {
    ok: violations.length === 0,
    seed,
    only: only === KINDS ? null : [...only],
    kills: rounds.length,
    seconds: Math.round((performance.now() - startedAt) / 1_000),
    accepted: journal.sent.length,
    mayBeLost: journal.sent.filter(({ mayBeLost }) => mayBeLost).length,
    posted,
    held,
    rejected: Object.values(rejections).reduce((sum, count) => sum + count, 0),
    rejections,
    holds,
    ...journal.counts,
    answers: Object.fromEntries([...journal.answers].sort()),
    kinds: summariseKinds(rounds),
    rounds,
    faults: countFaults(violations),
    violations,
  };
}

/** Ends early where a round shows that the stack does not come back: nothing that follows would mean anything. */
async function runRounds(
  { kills, seed, only, signal, say }: CrashRun,
  scene: Pick<Scene, 'stack' | 'load' | 'ledgers' | 'ownLedgers'>,
) {
  const rounds: RoundResult[] = [];
  const violations: string[] = [];
  for (const round of createSchedule(kills, seed, only)) {
    const { number, kind, pick } = round;
    const random = createRandom(round.seed);
    try {
      const result = await runRound({ ...scene, round: number, pick, random, signal }, round);
      rounds.push(result);
      violations.push(...roundViolations(result));
      say(roundLine(result, kills));
      if (result.recoveryMs === null || result.caughtUp.ms === null) break;
    } catch (error) {
      signal.throwIfAborted();
      violations.push(`unfinished: round ${number}, ${kind}: ${explain(error)}`);
      break;
    }
  }
  return { rounds, violations };
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${error.cause})`;
}

function roundLine(result: RoundResult, kills: number): string {
  const { number, kind, drawn, recoveryMs, caughtUp } = result;
  const after = recoveryMs === null ? 'never' : `after ${recoveryMs} ms`;
  return `${number}/${kills} ${kind} (${drawn}): posting again ${after}, all that waited ${caughtUp.ms === null ? 'never' : `after ${caughtUp.ms} ms`}`;
}
