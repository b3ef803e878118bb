import type { Sent } from '../load/draft.ts';
import { describe, isHold } from './compare.ts';
import { nameOf, type Stored, type StoredHold } from './stored.ts';

/** A stored capture, release or expiry, and what it makes of its hold if it is posted. */
type Act = Stored & { becomes: string };

/**
 * Follows each hold through all that acted on it, in the order of sequences: as long as it is open, whatever was accepted in
 * time is posted, and the first to end it is the only one.
 */
export function compareHolds(
  sent: readonly Sent[],
  stored: readonly Stored[],
  holds: readonly StoredHold[],
): string[] {
  const statuses = new Map(holds.map((hold) => [nameOf(hold), hold.status]));
  const acts = actsByHold(sent, stored);
  return sent.filter(isHold).flatMap((hold) => {
    const { status, violations } = follow(acts.get(nameOf(hold)) ?? []);
    const is = statuses.get(nameOf(hold));
    if (is === status && status !== 'pending') return violations;
    return [...violations, `hold: ${describe(hold)} is ${is}, and by what acted on it ${status}`];
  });
}

/** Those that fail for reasons of their own are left out. */
function actsByHold(sent: readonly Sent[], stored: readonly Stored[]): Map<string, Act[]> {
  const planned = new Map(sent.map((one) => [nameOf(one), one.act?.becomes]));
  const acts = stored
    .flatMap((row) => {
      const becomes = row.kind === 'expiry' ? 'expired' : planned.get(nameOf(row));
      return becomes === undefined ? [] : [{ ...row, becomes }];
    })
    .toSorted((a, b) => a.sequence - b.sequence);
  return Map.groupBy(acts, ({ ledger, target }) => nameOf({ ledger, id: target ?? '' }));
}

function follow(acts: readonly Act[]): { status: string; violations: string[] } {
  const violations: string[] = [];
  let status = 'pending';
  for (const { ledger, id, kind, late, outcome, becomes } of acts) {
    const over = late && kind !== 'expiry';
    const right = status === 'pending' && !over ? 'posted' : 'hold_not_open';
    if (outcome !== right) {
      const was = over ? 'over' : status;
      violations.push(
        `race: ${kind} ${ledger} ${id} is ${outcome}, not ${right}: its hold was ${was}`,
      );
    }
    if (outcome === 'posted') status = becomes;
  }
  return { status, violations };
}
