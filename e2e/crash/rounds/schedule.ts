import { KINDS } from '../faults/kinds.ts';
import { createRandom, type Random } from '../random.ts';

/**
 * A fault after a pause: `seed` draws what its kind leaves open. Of several candidates (ledgers, APIs) `pick` modulo their
 * number is taken.
 */
export type Round = { number: number; pauseMs: number; pick: number; kind: string; seed: number };

const PAUSE_MS = { least: 200, most: 1_200 };
const SEEDS = 2 ** 32;

/**
 * The rounds of a seed: always the same ones, and a longer schedule begins like a shorter one. Kinds are dealt like cards, so
 * that none is left to luck: each comes once before any comes again.
 */
export function createSchedule(
  rounds: number,
  seed: number,
  kinds: readonly string[] = KINDS,
): Round[] {
  const random = createRandom(seed);
  // In one order, so that the same kinds give the same schedule however they are named.
  const drawn = KINDS.filter((kind) => kinds.includes(kind));
  let deck: string[] = [];
  return Array.from({ length: rounds }, (_, index) => {
    if (deck.length === 0) deck = shuffle(drawn, random);
    return {
      number: index + 1,
      pauseMs: PAUSE_MS.least + random.below(PAUSE_MS.most - PAUSE_MS.least),
      pick: random.below(2 ** 16),
      kind: deck.pop() ?? '',
      seed: random.below(SEEDS),
    };
  });
}

function shuffle(kinds: readonly string[], random: Random): string[] {
  const left = [...kinds];
  return kinds.map(() => left.splice(random.below(left.length), 1)[0] ?? '');
}
