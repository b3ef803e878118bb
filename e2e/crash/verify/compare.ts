import { derivedId } from '@razao/shared/runtime/transaction-id.ts';
import type { Sent } from '../load/draft.ts';
import { nameOf, type Stored } from './stored.ts';

/**
 * What differs between what clients were told and what is stored: an answered command that is lost, stored twice, in another
 * ledger, or ended otherwise than foretold, one that nobody sent, and clients whose commands were not applied in the order of
 * their answers.
 */
export function compareTransactions(sent: readonly Sent[], stored: readonly Stored[]): string[] {
  const rows = Map.groupBy(stored, nameOf);
  const violations: string[] = [];
  const last = new Map<string, Placed>();
  for (const one of sent) {
    const found = rows.get(nameOf(one)) ?? [];
    rows.delete(nameOf(one));
    violations.push(...compareOne(one, found, last));
  }
  return [...violations, ...judgeLeft([...rows.values()].flat(), sent)];
}

type Placed = { sequence: number; id: string };

/** `last`: where the one before it stands, by client. */
function compareOne(one: Sent, found: readonly Stored[], last: Map<string, Placed>): string[] {
  const about = describe(one);
  const [row] = found;
  if (row === undefined) return one.mayBeLost ? [] : [`lost: ${about} is not stored`];
  const violations: string[] = [];
  if (found.length > 1) violations.push(`doubled: ${about} is stored ${found.length} times`);
  if (!one.expected.some((outcome) => outcome === row.outcome)) {
    const fault = row.outcome === 'processing_failed' ? 'wrongly rejected' : 'outcome';
    violations.push(`${fault}: ${about} is ${row.outcome}, not ${one.expected.join(' or ')}`);
  }
  const before = last.get(one.client);
  if (before !== undefined && row.sequence <= before.sequence)
    violations.push(
      `order: ${about} has sequence ${row.sequence}, ${before.id} before it ${before.sequence}`,
    );
  last.set(one.client, { sequence: row.sequence, id: one.id });
  return violations;
}

/** What nobody has sent, or not to the ledger in which it is; the expiries of holds are the ledger's own. */
function judgeLeft(left: readonly Stored[], sent: readonly Sent[]): string[] {
  const holds = new Set(sent.filter(isHold).map(nameOf));
  const homes = new Map(sent.map(({ id, ledger }) => [id, ledger]));
  return left
    .filter((row) => !isExpiryOf(holds, row))
    .map((row) => {
      const home = homes.get(row.id);
      return home === undefined
        ? `unknown: ${nameOf(row)} is stored, nobody sent it`
        : `misplaced: ${nameOf(row)} is stored, and was sent to ${home}`;
    });
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
