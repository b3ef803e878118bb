import type { Sent } from '../load/draft.ts';
import type { Stored } from './stored.ts';

/**
 * What differs between what clients were told and what is stored: an answered command that is lost, stored twice or ended
 * otherwise than foretold, one that nobody sent, and clients whose commands were not applied in the order of their answers.
 */
export function compareTransactions(sent: readonly Sent[], stored: readonly Stored[]): string[] {
  const violations: string[] = [];
  const rows = new Map<string, Stored[]>();
  for (const row of stored) rows.set(nameOf(row), [...(rows.get(nameOf(row)) ?? []), row]);
  const last = new Map<string, { sequence: number; id: string }>();
  for (const one of sent) {
    const found = rows.get(nameOf(one)) ?? [];
    rows.delete(nameOf(one));
    const about = `${one.ledger} ${one.id} (key ${one.key}, ${one.client} ${one.order})`;
    const [row] = found;
    if (row === undefined) {
      violations.push(`lost: ${about} is not stored`);
      continue;
    }
    if (found.length > 1) violations.push(`doubled: ${about} is stored ${found.length} times`);
    if (row.outcome !== one.expected)
      violations.push(`outcome: ${about} is ${row.outcome}, not ${one.expected}`);
    const before = last.get(one.client);
    if (before !== undefined && row.sequence <= before.sequence)
      violations.push(
        `order: ${about} has sequence ${row.sequence}, ${before.id} before it ${before.sequence}`,
      );
    last.set(one.client, { sequence: row.sequence, id: one.id });
  }
  for (const name of rows.keys()) violations.push(`unknown: ${name} is stored, nobody sent it`);
  return violations;
}

/** Balances that differ; one that is missing on either side is zero. */
export function compareBalances(
  foretold: ReadonlyMap<string, bigint>,
  stored: ReadonlyMap<string, bigint>,
): string[] {
  const names = new Set([...foretold.keys(), ...stored.keys()]);
  return [...names]
    .filter((name) => (foretold.get(name) ?? 0n) !== (stored.get(name) ?? 0n))
    .map(
      (name) => `balance: ${name} is ${stored.get(name) ?? 0n}, not ${foretold.get(name) ?? 0n}`,
    );
}

function nameOf({ ledger, id }: { ledger: string; id: string }): string {
  return `${ledger} ${id}`;
}
