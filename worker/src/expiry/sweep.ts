import { EXPIRIES_PER_SWEEP_MAX } from '@razao/shared/contract/limits.ts';
import type { HoldPlace, HoldSession } from './hold-session.ts';
import type { ExpirySender } from './send-expiries.ts';

/** Pages that one sweep reads at most to get past holds whose ends were sent already and wait. */
const PAGES_MAX = 10;

export type SweepEnd = {
  /** Why some could not be sent; null when all could, undefined while that is not known of all. */
  refusal: string | null | undefined;
  /** When the next is due: at once, as there are more; soon, as some wait for others that were sent; later, as none is due. */
  next: 'at once' | 'soon' | 'later';
};

/** Sends the ends of holds that are due, a page of them. */
export type Sweep = (session: HoldSession) => Promise<SweepEnd>;

/** `onOldest` is told how long the oldest of them is overdue, in seconds; 0 when there is none. */
export function createSweep(sender: ExpirySender, onOldest: (seconds: number) => void): Sweep {
  let place: HoldPlace | null = null;
  let pages = 0;
  let refusal: string | undefined;

  /** Begins with the oldest again, as whatever could not be sent stands there. */
  function beginAgain(): void {
    place = null;
    pages = 0;
    refusal = undefined;
  }

  /** Goes on with the next page; says how many of it were sent, whether some wait for others, and whether it was the last. */
  async function sendPage(session: HoldSession) {
    const found = await session.find(place);
    // Now and then, however many there are.
    const oldest = place === null ? found : pages % PAGES_MAX === 0 && (await session.find(null));
    if (oldest) onOldest(oldest[0]?.overdue_seconds ?? 0);
    place = found.at(-1) ?? null;
    pages += 1;
    const due = found.filter(sender.isDue);
    const refused = await sender.send(due);
    refusal ??= refused ?? undefined;
    const left = due.filter(sender.isDue).length;
    const last = found.length < EXPIRIES_PER_SWEEP_MAX;
    return { sent: due.length - left, waits: left > 0 && refused === null, last };
  }

  async function sweep(session: HoldSession): Promise<SweepEnd> {
    let next: SweepEnd['next'] = 'later';
    for (let page = 0; page < PAGES_MAX; page++) {
      const { sent, waits, last } = await sendPage(session);
      if (waits) next = 'soon';
      if (last) {
        const end = { refusal: refusal ?? null, next };
        beginAgain();
        return end;
      }
      if (sent > 0) return { refusal, next: 'at once' };
    }
    return { refusal, next };
  }

  return async (session) => {
    try {
      return await sweep(session);
    } catch (error) {
      beginAgain();
      throw error;
    }
  };
}
