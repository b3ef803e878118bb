import type { Answer } from '../../support/http.ts';

/** The window in which a record is kept after its outcome, a minute short: then its end makes no difference here. */
export const WINDOW_MS = 59 * 60_000;

/** A time in which what Redis knew of transactions was lost, in milliseconds of this machine's clock. */
export type Loss = { from: number; to: number };

/** What an answer says of a transaction. */
export type Said = { id: string; status: string; acceptedAt: string | null };

/** Remembers what clients have seen of transactions, and finds out who is told less later. */
export type Told = {
  /** What Redis knew of transactions may be gone. */
  readonly losses: Loss[];
  /** Whether Redis may have lost what it knew of a transaction since it was seen first. */
  mayBeForgotten(ledger: string, id: string): boolean;
  /**
   * Notes what an answer said to a request sent at `sentAt`. Returns what is wrong: whoever has seen an outcome never sees the
   * transaction queued again, and no other outcome. Only a write that is sent again, and whose record is gone, may be
   * accepted like a new one.
   */
  see(ledger: string, said: Said, by: { sentAt: number; read: boolean }): string | null;
};

/** `at` is when it was seen like this first, `since` when it was seen at all. */
type Seen = { status: string; at: number; since: number };

export function createTold(now: () => number = Date.now): Told {
  const seen = new Map<string, Seen>();
  const losses: Loss[] = [];
  // By when it was seen at all: an outcome may be seen long after it was stored.
  const recordMayBeGone = ({ since }: Seen) =>
    now() - since > WINDOW_MS || losses.some(({ to }) => since <= to);
  return {
    losses,
    mayBeForgotten(ledger, id) {
      const before = seen.get(`${ledger} ${id}`);
      return before === undefined || recordMayBeGone(before);
    },
    see(ledger, { id, status }, { sentAt, read }) {
      const name = `${ledger} ${id}`;
      const before = seen.get(name);
      if (before === undefined || rankOf(status) > rankOf(before.status))
        seen.set(name, { status, at: now(), since: before?.since ?? now() });
      if (before === undefined || before.at > sentAt || mayFollow(before.status, status))
        return null;
      if (!read && status === 'queued' && recordMayBeGone(before)) return null;
      const ago = sentAt - before.at;
      return `told back: ${name} is answered ${status}, ${ago} ms after it was seen ${before.status}`;
    },
  };
}

/** Everything that an answer says of transactions. */
export function saidBy({ body }: Answer): Said[] {
  const inBulk = Array.isArray(body['data']) ? body['data'] : [];
  return [body, body['transaction'], ...inBulk].flatMap((one: unknown) => {
    const { id, status, accepted_at } = (one ?? {}) as Record<string, unknown>;
    if (typeof id !== 'string' || typeof status !== 'string') return [];
    return [{ id, status, acceptedAt: typeof accepted_at === 'string' ? accepted_at : null }];
  });
}

function mayFollow(before: string, after: string): boolean {
  return before === after || rankOf(after) > rankOf(before);
}

/** An open hold may still end; all else is for good. */
function rankOf(status: string): number {
  return status === 'queued' ? 0 : status === 'pending' ? 1 : 2;
}
