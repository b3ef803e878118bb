/** Chance, for what makes up commands. */
export type Dice = {
  /** A whole number from 0 up to but not including `limit`. */
  below(limit: number): number;
  /** True in that share of all throws. */
  chance(share: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** Undefined where there is none. */
  pickAny<T>(items: readonly T[]): T | undefined;
  /** One of the names, by their weights. */
  weigh<K extends string>(weights: Readonly<Record<K, number>>): K;
};

/** `random` is from 0 up to but not including 1. */
export function createDice(random: () => number = Math.random): Dice {
  const below = (limit: number) => Math.floor(random() * limit);
  return {
    below,
    chance: (share) => random() < share,
    pick: <T>(items: readonly [T, ...T[]]) => items[below(items.length)] ?? items[0],
    pickAny: (items) => items[below(items.length)],
    weigh<K extends string>(weights: Readonly<Record<K, number>>): K {
      const entries = Object.entries(weights) as [K, number][];
      let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      const found = entries.find(([, weight]) => {
        left -= weight;
        return left < 0;
      });
      const [name] = found ?? entries[0] ?? [];
      if (name === undefined) throw new RangeError('nothing to choose from');
      return name;
    },
  };
}
