import type { Draft, Name, Sent } from './draft.ts';
import { createTold, type Told } from './told.ts';

/** Answered requests of a ledger that may be sent again: the youngest, and some of all that came before. */
const RECENT_MAX = 500;
const OLD_MAX = 500;

/** A key that was answered before and was accepted again, with another body. */
export type SecondAcceptance = Name & { ledger: string; at: number };

/** What the clients were told. */
export type Journal = {
  readonly sent: readonly Sent[];
  /** How often each answer came: `202`, `503 unavailable`, `no answer`. */
  readonly answers: Map<string, number>;
  readonly violations: string[];
  readonly counts: { replays: number; conflicts: number; reads: number; retries: number };
  readonly told: Told;
  readonly secondAcceptances: SecondAcceptance[];
  /** Notes a request that was answered. */
  record(draft: Draft, about: About): void;
  recent(ledger: string): readonly Draft[];
  old(ledger: string): readonly Draft[];
};

/**
 * Who sent a request, and where; `order` is that of its first command among those of its client. `acceptedAt` is by id;
 * `mayBeLost`: what became of it may be undone, as by a restore.
 */
export type About = {
  client: string;
  ledger: string;
  order: number;
  acceptedAt?: ReadonlyMap<string, string>;
  mayBeLost?: boolean;
};

export function createJournal(): Journal {
  const sent: Sent[] = [];
  const recent = new Map<string, Draft[]>();
  const old = new Map<string, Draft[]>();
  /** Keeps a fair sample of all that were ever recent: each takes the place of another with the same chance. */
  const keep = (ledger: string, draft: Draft, count: number) => {
    const kept = old.get(ledger) ?? [];
    const place = kept.length < OLD_MAX ? kept.length : Math.floor(Math.random() * count);
    if (place < OLD_MAX) kept[place] = draft;
    old.set(ledger, kept);
  };
  const passed = new Map<string, number>();
  return {
    sent,
    answers: new Map(),
    violations: [],
    counts: { replays: 0, conflicts: 0, reads: 0, retries: 0 },
    told: createTold(),
    secondAcceptances: [],
    record(draft, { client, ledger, order, acceptedAt, mayBeLost }) {
      const more = {
        ...(draft.atomic ? { bulk: `${client} ${order}` } : {}),
        ...(mayBeLost ? { mayBeLost } : {}),
      };
      for (const [i, planned] of draft.commands.entries()) {
        const at = acceptedAt?.get(planned.id);
        const known = at === undefined ? {} : { acceptedAt: at };
        sent.push({ ...planned, ...more, ...known, client, ledger, order: order + i });
      }
      // Nobody asks for what may be gone.
      if (mayBeLost) return;
      const youngest = recent.get(ledger) ?? [];
      recent.set(ledger, youngest);
      if (youngest.push(draft) <= RECENT_MAX) return;
      const count = (passed.get(ledger) ?? 0) + 1;
      passed.set(ledger, count);
      keep(ledger, youngest.shift() as Draft, count);
    },
    recent: (ledger) => recent.get(ledger) ?? [],
    old: (ledger) => old.get(ledger) ?? [],
  };
}
