import type { Sent } from '../load/draft.ts';
import { describe, isHold } from './compare.ts';
import { nameOf, type Stored, type StoredHold } from './stored.ts';

/**
 * A stored capture, release or expiry, what it makes of its hold if it is posted, and whether it was accepted when the time
 * of that was over, by what its client was told.
 */
type Act = Stored & { becomes: string; late: boolean };

/**
 * Follows each hold through all that acted on it, in the order of sequences: as long as it is open, whatever was accepted in
 * time is posted, and the first to end it is the only one. No expiry overtakes what was accepted in time.
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
  const planned = new Map(sent.map((one) => [nameOf(one), one]));
  const acts = stored
    .flatMap((row) => {
      const mine = planned.get(nameOf(row));
      const becomes = row.kind === 'expiry' ? 'expired' : mine?.act?.becomes;
      const acceptedAt = mine?.acceptedAt ?? row.acceptedAt;
      const late = row.targetEndsAt !== null && acceptedAt >= row.targetEndsAt;
      return becomes === undefined ? [] : [{ ...row, becomes, late, acceptedAt }];
    })
    .toSorted((a, b) => a.sequence - b.sequence);
  return Map.groupBy(acts, ({ ledger, target }) => nameOf({ ledger, id: target ?? '' }));
}

function follow(acts: readonly Act[]): { status: string; violations: string[] } {
  const violations: string[] = [];
  let status = 'pending';
  for (const act of acts) {
    const { ledger, id, kind, late, outcome, becomes } = act;
    const over = late && kind !== 'expiry';
    const right = status === 'pending' && !over ? 'posted' : 'hold_not_open';
    if (status === 'expired' && kind !== 'expiry' && !late && outcome !== 'posted') {
      violations.push(
        `overtaken: ${kind} ${ledger} ${id} was accepted at ${act.acceptedAt}, and the expiry of ${act.targetEndsAt} came first`,
      );
    }
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
