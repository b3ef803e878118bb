import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@razao/stack/stack-options.ts';
import { type Blow, recoveryTerms, strikeAll } from './blow.ts';
import { awaitRecovery, type Recovery, readMarks } from './recovery.ts';
import { kindOf, type Round } from './schedule.ts';
import { findVictims } from './victims.ts';

export type RoundResult = {
  number: number;
  kind: string;
  blows: Blow[];
  recoveries: Recovery[];
  /** The slowest ledger; null where one never came back. */
  recoveryMs: number | null;
  limitMs: number;
};

/** One round under load: waits, kills, starts again, and measures until every ledger posts again. */
export async function runRound(
  stack: Stack,
  ledgers: readonly string[],
  round: Round,
  signal: AbortSignal,
): Promise<RoundResult> {
  await delay(round.pauseMs, undefined, { signal });
  const victims = await findVictims(stack, ledgers, round);
  const marks = await readMarks(stack, ledgers);
  const blows = await strikeAll(victims, signal);
  const { from, limitMs } = recoveryTerms(blows);
  const recoveries = await awaitRecovery(stack, marks, from, signal);
  const times = recoveries.map(({ ms }) => ms);
  const never = times.includes(null);
  const recoveryMs = never ? null : Math.max(...times.map((ms) => ms ?? 0));
  return { number: round.number, kind: kindOf(round), blows, recoveries, recoveryMs, limitMs };
}

/** What is wrong with a round, with the ledgers that took too long. */
export function roundViolations({
  number,
  kind,
  blows,
  recoveries,
  limitMs,
}: RoundResult): string[] {
  const names = blows.map(({ name }) => name).join(' and ');
  return recoveries
    .filter(({ ms }) => ms === null || ms > limitMs)
    .map(
      ({ ledger, ms }) =>
        `round ${number}, ${kind} (${names}): ${ledger} posted again ${ms === null ? 'never' : `only after ${ms} ms`}, limit ${limitMs} ms`,
    );
}
