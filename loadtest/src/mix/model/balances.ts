import { WORLD } from '@razao/shared/contract/grammar.ts';
import type { Limits } from '../accounts.ts';
import type { MixPosting } from '../command.ts';

export type MixBalance = { address: string; asset: string; posted: bigint; held: bigint };

/** What a transaction does to balances in all, by their keys. */
export type Change = Map<string, MixBalance>;

export type Balances = {
  available(address: string, asset: string): bigint;
  /** The codes of the rules that balances would break; empty: none. */
  refusals(change: Change): string[];
  /** Makes the change and returns what takes it back. */
  make(change: Change): () => void;
  all(): Iterable<MixBalance>;
};

export function balanceKey(address: string, asset: string): string {
  return `${address} ${asset}`;
}

/** Adds one side of a posting to a change. */
function add(change: Change, { address, asset, posted, held }: MixBalance): void {
  const key = balanceKey(address, asset);
  const before = change.get(key) ?? { address, asset, posted: 0n, held: 0n };
  change.set(key, { ...before, posted: before.posted + posted, held: before.held + held });
}

/** What postings move, where so much of each was held for it. */
export function movesOf(
  postings: readonly MixPosting[],
  heldFor: (posting: MixPosting) => bigint = () => 0n,
): Change {
  const change: Change = new Map();
  for (const posting of postings) {
    const { source, destination, asset, amount } = posting;
    add(change, { address: source, asset, posted: -amount, held: -heldFor(posting) });
    add(change, { address: destination, asset, posted: amount, held: 0n });
  }
  return change;
}

/** What postings reserve; negative amounts free it again. */
export function reservesOf(postings: readonly MixPosting[], sign: 1n | -1n): Change {
  const change: Change = new Map();
  for (const { source: address, asset, amount } of postings)
    add(change, { address, asset, posted: 0n, held: sign * amount });
  return change;
}

/** Balances of zero; accounts have the limits that are named, else none may fall below zero. */
export function createBalances(limits: ReadonlyMap<string, Limits>): Balances {
  const balances = new Map<string, MixBalance>();
  const get = (address: string, asset: string) =>
    balances.get(balanceKey(address, asset)) ?? { address, asset, posted: 0n, held: 0n };
  const available = (address: string, asset: string) => {
    const { posted, held } = get(address, asset);
    return posted - held;
  };
  return {
    available,
    refusals: (change) =>
      [...change.values()].flatMap(({ address, asset, posted, held }) => {
        const { overdraft, max } = limits.get(address) ?? { overdraft: 0n, max: null };
        const gain = posted - held;
        const low = address !== WORLD && gain < 0n && available(address, asset) + gain < -overdraft;
        const high = max !== null && posted > 0n && get(address, asset).posted + posted > max;
        return [
          ...(low ? ['insufficient_funds'] : []),
          ...(high ? ['balance_limit_exceeded'] : []),
        ];
      }),
    make(change) {
      const before = [...change].map(([key, { address, asset, posted, held }]) => {
        const balance = get(address, asset);
        balances.set(key, {
          ...balance,
          posted: balance.posted + posted,
          held: balance.held + held,
        });
        return [key, balance] as const;
      });
      return () => {
        for (const [key, balance] of before) balances.set(key, balance);
      };
    },
    all: () => balances.values(),
  };
}
