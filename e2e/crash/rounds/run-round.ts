import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, Scene } from '../faults/fault.ts';
import { createFault } from '../faults/kinds.ts';
import { awaitCatchUp, type CatchUp } from './catch-up.ts';
import { awaitRecovery, type Mark, type Recovery, readMarks } from './recovery.ts';
import type { Round } from './schedule.ts';

export type RoundResult = {
  number: number;
  kind: string;
  /** What of it was drawn. */
  drawn: string;
  recoveries: Recovery[];
  /** The slowest ledger; null where one never came back. */
  recoveryMs: number | null;
  limitMs: number;
  /** Of what waited when the fault was over. */
  caughtUp: CatchUp;
  /** What the fault itself has seen. */
  violations: string[];
};

const LIMIT_MS = 30_000;

/** One round under load: waits, breaks something, mends it, and measures until every ledger posts again. */
export async function runRound(
  scene: Scene,
  { number, pauseMs, kind, seed }: Round,
): Promise<RoundResult> {
  const { stack, signal } = scene;
  await delay(pauseMs, undefined, { signal });
  const fault = createFault(kind, seed);
  const marks = await strikeAndHeal(scene, fault);
  const { from, limitMs } = fault.terms?.() ?? { from: Date.now(), limitMs: LIMIT_MS };
  const catchingUp = awaitCatchUp(stack, signal);
  const [recoveries, caughtUp] = await Promise.all([
    awaitRecovery(stack, marks, from, signal),
    catchingUp,
  ]);
  const times = recoveries.map(({ ms }) => ms);
  const never = times.includes(null);
  const recoveryMs = never ? null : Math.max(...times.map((ms) => ms ?? 0));
  const violations = [...((await fault.settle?.(scene)) ?? []), ...(await startDead(scene))];
  const { drawn } = fault;
  return { number, kind, drawn, recoveries, recoveryMs, limitMs, caughtUp, violations };
}

/** Returns where the ledgers stood before the strike. An abort is heard before anything is started again. */
async function strikeAndHeal(scene: Scene, fault: Fault): Promise<Mark[]> {
  let marks: Mark[] = [];
  const struck = await attempt(async () => {
    await fault.prepare?.(scene);
    marks = await readMarks(scene.stack, scene.ledgers);
    await fault.strike(scene);
  });
  scene.signal.throwIfAborted();
  const healed = await attempt(() => fault.heal(scene));
  for (const error of [struck, healed]) if (error !== null) throw error;
  return marks;
}

async function attempt(work: () => Promise<void>): Promise<Error | null> {
  return await work().then(
    () => null,
    (error: Error) => error,
  );
}

/** No process ends by itself; so that the next round means something it is started again. */
async function startDead({ stack }: Scene): Promise<string[]> {
  const dead = stack.processes.filter(({ pid }) => pid === null);
  const found = dead.map(({ name, lastEnd }) => `died: ${name} ended by itself (${lastEnd})`);
  await Promise.all(dead.map((process) => process.start()));
  return found;
}

/** What is wrong with a round, with the ledgers that took too long. */
export function roundViolations(result: RoundResult): string[] {
  const { number, kind, drawn, recoveries, limitMs, caughtUp, violations } = result;
  const round = `round ${number}, ${kind} (${drawn})`;
  const late = recoveries
    .filter(({ ms }) => ms === null || ms > limitMs)
    .map(
      ({ ledger, ms }) =>
        `late: ${round}: ${ledger} posted again ${ms === null ? 'never' : `only after ${ms} ms`}, limit ${limitMs} ms`,
    );
  const { ms, limitMs: catchUpMs } = caughtUp;
  const behind =
    ms !== null && ms <= catchUpMs
      ? []
      : [
          `slow: ${round}: what waited was posted ${ms === null ? 'never' : `only after ${ms} ms`}, limit ${catchUpMs} ms`,
        ];
  return [...late, ...behind, ...violations];
}
