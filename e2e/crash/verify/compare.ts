import { derivedId } from '@razao/shared/runtime/transaction-id.ts';
import type { Sent } from '../load/draft.ts';
import { nameOf, type Stored } from './stored.ts';

/**
 * What differs between what clients were told and what is stored: an answered command that is lost, stored twice or ended
 * otherwise than foretold, one that nobody sent, and clients whose commands were not applied in the order of their answers.
 */
export function compareTransactions(sent: readonly Sent[], stored: readonly Stored[]): string[] {
  const violations: string[] = [];
  const rows = Map.groupBy(stored, nameOf);
  const last = new Map<string, { sequence: number; id: string }>();
  for (const one of sent) {
    const found = rows.get(nameOf(one)) ?? [];
    rows.delete(nameOf(one));
    const about = describe(one);
    const [row] = found;
    if (row === undefined) {
      violations.push(`lost: ${about} is not stored`);
      continue;
    }
    if (found.length > 1) violations.push(`doubled: ${about} is stored ${found.length} times`);
    if (!one.expected.some((outcome) => outcome === row.outcome))
      violations.push(`outcome: ${about} is ${row.outcome}, not ${one.expected.join(' or ')}`);
    const before = last.get(one.client);
    if (before !== undefined && row.sequence <= before.sequence)
      violations.push(
        `order: ${about} has sequence ${row.sequence}, ${before.id} before it ${before.sequence}`,
      );
    last.set(one.client, { sequence: row.sequence, id: one.id });
  }
  const holds = new Set(sent.filter(isHold).map(nameOf));
  for (const [name, left] of rows)
    if (!left.every((row) => isExpiryOf(holds, row)))
      violations.push(`unknown: ${name} is stored, nobody sent it`);
  return violations;
}

/** Atomic bulks of which some members are posted and some are not. */
export function compareBulks(sent: readonly Sent[], stored: readonly Stored[]): string[] {
  const outcomes = new Map(stored.map((row) => [nameOf(row), row.outcome]));
  const bulks = Map.groupBy(
    sent.filter(({ bulk }) => bulk !== undefined),
    ({ bulk }) => bulk,
  );
  return [...bulks].flatMap(([bulk, members]) => {
    const kept = members.filter((member) => {
      const outcome = outcomes.get(nameOf(member));
      return outcome === 'posted' || outcome === 'held';
    });
    return kept.length === 0 || kept.length === members.length
      ? []
      : [`bulk: ${bulk} is atomic, and ${kept.length} of its ${members.length} members stand`];
  });
}

/** A command in what is said of it. */
export function describe({ ledger, id, key, client, order }: Sent): string {
  return `${ledger} ${id} (key ${key}, ${client} ${order})`;
}

export function isHold({ expected }: Sent): boolean {
  return expected[0] === 'held';
}

/** Whether the ledger itself sent this, for a hold that was sent. */
function isExpiryOf(holds: ReadonlySet<string>, { ledger, id, kind, target }: Stored): boolean {
  if (kind !== 'expiry' || target === null || !holds.has(nameOf({ ledger, id: target })))
    return false;
  return id === derivedId('expiry', ledger, target);
}
