import type { Posting } from '@razao/shared/contract/command.ts';
import type { Sent } from './draft.ts';

/** Answered commands that may be sent again: the youngest, so that Redis must still have their records. */
const RECENT_MAX = 500;

export type Recent = Sent & { postings: readonly Posting[] };

/** What the clients were told, and what the balances must be for it. */
export type Journal = {
  readonly sent: readonly Sent[];
  /** How often each answer came: `202`, `503 unavailable`, `no answer`. */
  readonly answers: Map<string, number>;
  readonly violations: string[];
  readonly counts: { replays: number; conflicts: number; reads: number; retries: number };
  /** By ledger and address. */
  readonly balances: Map<string, bigint>;
  record(sent: Recent): void;
  recent(ledger: string): readonly Recent[];
};

export function createJournal(): Journal {
  const sent: Sent[] = [];
  const balances = new Map<string, bigint>();
  const recent = new Map<string, Recent[]>();
  const add = (ledger: string, address: string, amount: bigint) => {
    const key = balanceName(ledger, address);
    balances.set(key, (balances.get(key) ?? 0n) + amount);
  };
  return {
    sent,
    answers: new Map(),
    violations: [],
    counts: { replays: 0, conflicts: 0, reads: 0, retries: 0 },
    balances,
    record({ postings, ...entry }) {
      sent.push(entry);
      const youngest = recent.get(entry.ledger) ?? [];
      if (youngest.push({ ...entry, postings }) > RECENT_MAX) youngest.shift();
      recent.set(entry.ledger, youngest);
      if (entry.expected !== 'posted') return;
      for (const { source, destination, amount } of postings) {
        add(entry.ledger, source, -BigInt(amount));
        add(entry.ledger, destination, BigInt(amount));
      }
    },
    recent: (ledger) => recent.get(ledger) ?? [],
  };
}

/** How a balance is named in a journal. */
export function balanceName(ledger: string, address: string): string {
  return `${ledger} ${address}`;
}
