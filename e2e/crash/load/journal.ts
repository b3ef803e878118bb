import type { Draft, Sent } from './draft.ts';

/** Answered requests that may be sent again: the youngest, so that Redis must still have their records. */
const RECENT_MAX = 500;

/** What the clients were told. */
export type Journal = {
  readonly sent: readonly Sent[];
  /** How often each answer came: `202`, `503 unavailable`, `no answer`. */
  readonly answers: Map<string, number>;
  readonly violations: string[];
  readonly counts: { replays: number; conflicts: number; reads: number; retries: number };
  /** Notes a request that was answered; `order` is that of its first command among those of its client. */
  record(draft: Draft, about: { client: string; ledger: string; order: number }): void;
  recent(ledger: string): readonly Draft[];
};

export function createJournal(): Journal {
  const sent: Sent[] = [];
  const recent = new Map<string, Draft[]>();
  return {
    sent,
    answers: new Map(),
    violations: [],
    counts: { replays: 0, conflicts: 0, reads: 0, retries: 0 },
    record(draft, { client, ledger, order }) {
      const bulk = draft.atomic ? { bulk: `${client} ${order}` } : {};
      for (const [i, planned] of draft.commands.entries())
        sent.push({ ...planned, ...bulk, client, ledger, order: order + i });
      const youngest = recent.get(ledger) ?? [];
      if (youngest.push(draft) > RECENT_MAX) youngest.shift();
      recent.set(ledger, youngest);
    },
    recent: (ledger) => recent.get(ledger) ?? [],
  };
}
