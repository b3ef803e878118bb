import { EXPIRIES_PER_SWEEP_MAX } from '@razao/shared/contract/limits.ts';
import type { HoldPlace, HoldSession } from './hold-session.ts';
import type { ExpirySender } from './send-expiries.ts';

/** Pages that one sweep reads at most to get past holds whose ends were sent already and wait. */
const PAGES_MAX = 10;

/** Sends the ends of holds that are due; says why some could not be sent, null when all could. */
export type Sweep = (session: HoldSession) => Promise<string | null>;

/** `onOldest` is told how long the oldest of them is overdue, in seconds; 0 when there is none. */
export function createSweep(sender: ExpirySender, onOldest: (seconds: number) => void): Sweep {
  let next: HoldPlace | null = null;

  return async (session) => {
    let place = next;
    // Whatever happens, the next sweep begins with the oldest, unless more wait than this one could pass by.
    next = null;
    let room = EXPIRIES_PER_SWEEP_MAX;
    let refusal: string | null = null;
    for (let page = 0; page < PAGES_MAX && room > 0; page++) {
      const found = await session.find(place);
      if (place === null) onOldest(found[0]?.overdue_seconds ?? 0);
      const due = found.filter(sender.isDue).slice(0, room);
      const refused = await sender.send(due);
      refusal ??= refused;
      room -= due.filter((hold) => !sender.isDue(hold)).length;
      if (found.length < EXPIRIES_PER_SWEEP_MAX) return refusal;
      place = found.at(-1) ?? null;
    }
    if (room > 0) next = place;
    return refusal;
  };
}
