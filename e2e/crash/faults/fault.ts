import { setTimeout as delay } from 'node:timers/promises';
import type { Load } from '../load/start-load.ts';
import type { Random } from '../random.ts';
import type { CrashStack } from '../stack/crash-stack.ts';

/** What a fault has to do with. */
export type Scene = {
  stack: CrashStack;
  load: Load;
  /** Those that the clients of the load use. */
  ledgers: readonly string[];
  /** Ledgers that a fault has created: what is in them is compared in the end, too. */
  ownLedgers: string[];
  /** The round's number, for names that nobody else uses. */
  round: number;
  /** Of several candidates (ledgers, processes) this one, modulo their number. */
  pick: number;
  random: Random;
  signal: AbortSignal;
};

/**
 * Something that goes wrong under load, once. What is left open is drawn when it is made, so that a seed replays it.
 *
 * Nothing is excused but what is noted in the journal: commands that may be lost, times in which Redis lost its records, and
 * the poison that may be rejected.
 */
export type Fault = {
  /** What was drawn, for who reads along: `api, redis, 0.9 s to it`. */
  drawn: string;
  /** Makes ready what must stand before; nothing is broken yet. */
  prepare?(scene: Scene): Promise<void>;
  /** Breaks it. */
  strike(scene: Scene): Promise<void>;
  /** Takes the cause away, also where `strike` has failed half-way. */
  heal(scene: Scene): Promise<void>;
  /** From when on postings are awaited, and for how long; else from the end of `heal`, for half a minute. */
  terms?(): Terms;
  /** Once all ledgers post again: tidies up, and tells which promises it has seen broken itself. */
  settle?(scene: Scene): Promise<string[]>;
};

/** In milliseconds of this machine's clock, which Postgres goes by too. */
export type Terms = { from: number; limitMs: number };

export type CreateFault = (random: Random) => Fault;

/** Waits, but not longer than the run. */
export async function wait({ signal }: Scene, ms: number): Promise<void> {
  await delay(ms, undefined, { signal });
}

/** The ledger of a round. */
export function ledgerOf({ ledgers, pick }: Scene): string {
  return ledgers[pick % ledgers.length] ?? '';
}

/** A whole number from `least` up to but not including `most`. */
export function between(random: Random, least: number, most: number): number {
  return least + random.below(most - least);
}

/** One of a list. */
export function oneOf<T>(random: Random, list: readonly [T, ...T[]]): T {
  return list[random.below(list.length)] ?? list[0];
}
