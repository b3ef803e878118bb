import type { Sent } from '../load/draft.ts';
import { type Balance, balanceName, nameOf, type Stored } from './stored.ts';

/** What the balances must be: what was sent, as far as it is posted. */
export function foretellBalances(
  sent: readonly Sent[],
  stored: readonly Stored[],
): Map<string, bigint> {
  const posted = new Set(stored.filter(({ outcome }) => outcome === 'posted').map(nameOf));
  const balances = new Map<string, bigint>();
  const add = (name: string, amount: bigint) =>
    balances.set(name, (balances.get(name) ?? 0n) + amount);
  for (const one of sent) {
    // Where only one outcome is right, it counts whatever is stored.
    const open = one.expected.length > 1 || one.mayBeLost === true;
    if (open && !posted.has(nameOf(one))) continue;
    for (const { source, destination, amount } of one.moves) {
      add(balanceName(one.ledger, source), -BigInt(amount));
      add(balanceName(one.ledger, destination), BigInt(amount));
    }
  }
  return balances;
}

/** Balances that differ, and those of which something is held still; one that is missing on either side is zero. */
export function compareBalances(
  foretold: ReadonlyMap<string, bigint>,
  stored: ReadonlyMap<string, Balance>,
): string[] {
  const names = new Set([...foretold.keys(), ...stored.keys()]);
  return [...names].flatMap((name) => {
    const wanted = foretold.get(name) ?? 0n;
    const { posted, held } = stored.get(name) ?? { posted: 0n, held: 0n };
    const differs = posted === wanted ? [] : [`balance: ${name} is ${posted}, not ${wanted}`];
    const reserved = held === 0n ? [] : [`held: ${held} of ${name}, though all holds have ended`];
    return [...differs, ...reserved];
  });
}
