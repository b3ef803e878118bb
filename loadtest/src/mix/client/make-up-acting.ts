import { randomUUIDv7 } from 'node:crypto';
import type { Acting } from '../command.ts';
import type { Dice } from '../dice.ts';
import { makeUpDate } from './make-up-date.ts';
import type { TargetGuess, Targets } from './targets.ts';

/** Shares of targets that are unknown, or of the wrong kind. */
const UNKNOWN_SHARE = 0.03;
const WRONG_SHARE = 0.05;
const HOW_MUCH = { all: 35, part: 45, rest: 10, tooMuch: 10 };

/** Makes up what acts on something that was accepted; null where there is nothing to act on. */
export function makeUpActing(kind: Acting['kind'], targets: Targets, dice: Dice): Acting | null {
  const guess = pickTarget(kind === 'revert' ? targets.moved : targets.holds, targets, dice);
  if (guess === null) return null;
  const id = randomUUIDv7();
  const target = guess.id;
  if (kind === 'release') {
    forget(targets.holds, guess, dice);
    return { kind, id, target };
  }
  const amount = pickAmount(guess, dice);
  const effectiveAt = dice.chance(0.25) ? makeUpDate(dice) : null;
  if (amount !== null && guess.left !== null && amount < guess.left) guess.left -= amount;
  if (kind === 'revert') {
    if (amount === null) forget(targets.moved, guess, dice);
    return { kind, id, target, amount, effectiveAt, force: dice.chance(0.4) };
  }
  const final = amount === null ? dice.chance(0.9) : dice.chance(0.3);
  if (final) forget(targets.holds, guess, dice);
  return { kind, id, target, amount, effectiveAt, final };
}

function pickTarget(fitting: TargetGuess[], { ids }: Targets, dice: Dice): TargetGuess | null {
  if (dice.chance(UNKNOWN_SHARE)) return { id: randomUUIDv7(), left: null };
  const wrong = dice.chance(WRONG_SHARE) ? dice.pickAny(ids) : undefined;
  if (wrong !== undefined) return { id: wrong, left: null };
  return dice.pickAny(fitting) ?? null;
}

/** Of something with several postings mostly all, as it must be. */
function pickAmount({ left }: TargetGuess, dice: Dice): bigint | null {
  if (left === null) return dice.chance(0.05) ? 1n : null;
  switch (dice.weigh(HOW_MUCH)) {
    case 'all':
      return null;
    case 'part':
      return 1n + BigInt(dice.below(Number(left)));
    case 'rest':
      return left;
    case 'tooMuch':
      return left + 1n + BigInt(dice.below(1_000));
  }
}

/** Mostly: what has ended is acted on again sometimes. */
function forget(list: TargetGuess[], guess: TargetGuess, dice: Dice): void {
  const at = list.indexOf(guess);
  if (at >= 0 && dice.chance(0.85)) list.splice(at, 1);
}
