/** Numbers that look random and are the same for the same seed: mulberry32. */
export type Random = {
  /** A whole number from 0 up to but not including `limit`. */
  below(limit: number): number;
  /** True in `share` of all cases, 0 to 1. */
  chance(share: number): boolean;
};

/** A sequence of its own for each seed, a whole number from 0 to 2^32 - 1. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (limit) => Math.floor(next() * limit),
    chance: (share) => next() < share,
  };
}
