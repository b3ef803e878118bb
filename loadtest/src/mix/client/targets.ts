import type { MixCommand } from '../command.ts';
import type { Dice } from '../dice.ts';

/** Something accepted that others may act on, with what the client thinks is left of it. */
export type TargetGuess = {
  id: string;
  /** Null where it has several postings, and is taken whole. */
  left: bigint | null;
};

/** What a client, or all of them, were given a 202 for. Whether it was rejected meanwhile they do not know. */
export type Targets = {
  holds: TargetGuess[];
  /** Transfers and captures. */
  moved: TargetGuess[];
  /** Of any kind. */
  ids: string[];
};

const REMEMBERED_MAX = 60;

export function createTargets(): Targets {
  return { holds: [], moved: [], ids: [] };
}

/** Remembers what was accepted, and forgets something else where that is too much. */
export function remember(targets: Targets, command: MixCommand, dice: Dice): void {
  keep(targets.ids, command.id, dice);
  if (command.kind === 'hold') keep(targets.holds, guessOf(command), dice);
  if (command.kind === 'transfer') keep(targets.moved, guessOf(command), dice);
  if (command.kind !== 'capture') return;
  const hold = targets.holds.find(({ id }) => id === command.target);
  const amount = command.amount ?? hold?.left ?? null;
  keep(targets.moved, { id: command.id, left: amount }, dice);
}

function guessOf({ id, postings }: Extract<MixCommand, { postings: unknown }>): TargetGuess {
  const [first, ...others] = postings;
  return { id, left: others.length === 0 ? (first?.amount ?? null) : null };
}

function keep<T>(list: T[], item: T, dice: Dice): void {
  if (list.length < REMEMBERED_MAX) list.push(item);
  else list[dice.below(list.length)] = item;
}
