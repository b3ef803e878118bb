import { WORLD } from '@razao/shared/contract/grammar.ts';
import { MIX_ASSETS, type MixPosting } from './command.ts';

/** An account's limits, the same in every asset. Null: none. */
export type Limits = { overdraft: bigint; max: bigint | null };

/** What a client's own accounts are for; nobody else uses them. */
const OWN = {
  /** Has more than can be spent. */
  purse: { funding: 10n ** 12n, overdraft: 0n, max: null },
  /** Runs dry and is filled again: what it pays is often refused. */
  tight: { funding: 5_000n, overdraft: 500n, max: null },
  /** Takes in only so much. */
  capped: { funding: 15_000n, overdraft: 0n, max: 20_000n },
  /** Has nothing unless somebody pays it. */
  empty: { funding: 0n, overdraft: 0n, max: null },
} as const satisfies Record<string, Limits & { funding: bigint }>;

export type OwnName = keyof typeof OWN;
const OWN_NAMES = Object.keys(OWN) as OwnName[];

/** Accounts that all clients use. */
export const SHARED = ['mix:shared:0', 'mix:shared:1', 'mix:shared:2'] as const;
const SHARED_FUNDING = 100_000n;

export function ownAddress(client: number, name: OwnName): string {
  return `mix:${client}:${name}`;
}

/** The limits that differ from those of every account, by address. */
export function limitsOf(clients: number): Map<string, Limits> {
  const limited = OWN_NAMES.filter((name) => OWN[name].max !== null || OWN[name].overdraft > 0n);
  return new Map(
    Array.from({ length: clients }, (_, client) => client).flatMap((client) =>
      limited.map((name): [string, Limits] => {
        const { overdraft, max } = OWN[name];
        return [ownAddress(client, name), { overdraft, max }];
      }),
    ),
  );
}

/** What a client's accounts, and the shared ones for the first client, have to begin with. */
export function fundingOf(client: number): MixPosting[] {
  const own = OWN_NAMES.map((name): [string, bigint] => [
    ownAddress(client, name),
    OWN[name].funding,
  ]);
  const shared = SHARED.map((address): [string, bigint] => [address, SHARED_FUNDING]);
  return [...own, ...(client === 0 ? shared : [])]
    .filter(([, amount]) => amount > 0n)
    .flatMap(([destination, amount]) =>
      MIX_ASSETS.map((asset) => ({ source: WORLD, destination, asset, amount })),
    );
}
