import { createRandom, type Random } from '../random.ts';

/**
 * What is killed: an API; the worker that holds the lock of the round's shard, or the other one; Redis, which comes back on
 * its append-only file; Postgres, which comes back on its data.
 */
export const TARGETS = ['api', 'worker', 'standby', 'redis', 'postgres'] as const;
export type Target = (typeof TARGETS)[number];

/** `kill -9` of one target, `afterMs` into the round; it is started again `downMs` after its death. */
export type Strike = { target: Target; afterMs: number; downMs: number };

/** One or two strikes after a pause. Of several candidates (ledgers, APIs) `pick` modulo their number is taken. */
export type Round = { number: number; pauseMs: number; pick: number; strikes: Strike[] };

const PAUSE_MS = { least: 200, most: 1_200 };
/** The second of a pair follows the first so soon, or falls with it. */
const APART_MS_MAX = 500;
const DOWN_MS_MAX = 1_000;

/** The rounds of a seed: always the same ones, and a longer schedule begins like a shorter one. */
export function createSchedule(rounds: number, seed: number): Round[] {
  const random = createRandom(seed);
  let deck: Target[][] = [];
  return Array.from({ length: rounds }, (_, index) => {
    if (deck.length === 0) deck = shuffle(everyKind(), random);
    const targets = deck.pop() ?? [];
    return {
      number: index + 1,
      pauseMs: PAUSE_MS.least + random.below(PAUSE_MS.most - PAUSE_MS.least),
      pick: random.below(2 ** 16),
      strikes: targets.map((target, place) => ({
        target,
        afterMs: place === 0 ? 0 : random.below(APART_MS_MAX),
        downMs: random.below(DOWN_MS_MAX),
      })),
    };
  });
}

/** The name of what a round kills, whatever the order: `redis`, `api+worker`. */
export function kindOf({ strikes }: Pick<Round, 'strikes'>): string {
  const killed = new Set(strikes.map(({ target }) => target));
  return TARGETS.filter((target) => killed.has(target)).join('+');
}

/** Dealt like cards, so that none is left to luck: each target alone twice and each pair once, in one of its two orders. */
function everyKind(): Target[][] {
  const alone = TARGETS.map((target) => [target]);
  const pairs = TARGETS.flatMap((first, place) =>
    TARGETS.slice(place + 1).map((second) => [first, second]),
  );
  return [...alone, ...alone, ...pairs];
}

function shuffle(kinds: Target[][], random: Random): Target[][] {
  const left = kinds.map((kind) => (random.chance(0.5) ? kind.toReversed() : kind));
  return kinds.map(() => left.splice(random.below(left.length), 1)[0] ?? []);
}
