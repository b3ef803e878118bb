import type { Command, Outcome, Posting } from '@razao/shared/contract/command.ts';
import type { Rejection } from '@razao/shared/contract/rejections.ts';
import type { Sha256 } from './chain-hash.ts';
import type { BatchRows, RevertedRow } from './rows.ts';
import {
  type BalanceState,
  type BatchState,
  type HoldState,
  type LedgerState,
  type TargetState,
  transactionKey,
} from './state.ts';
import { createWorkingBalances, type WorkingBalances } from './working-balances.ts';

/** One change of a balance, judged but not yet applied: of what is posted, of what is held, or of both. */
export type Move = { balance: BalanceState; amount: bigint; balanceAfter: bigint; held: bigint };

/** What a command does if nothing speaks against it. */
export type Plan = {
  status: 'posted' | 'pending';
  /** What is moved, held or freed. */
  postings: readonly Posting[];
  /** When it takes effect; null: when it is posted. */
  effectiveAt: string | null;
  moves: readonly Move[];
  /** Assets that the ledger uses for the first time. */
  assets: readonly string[];
  /** What the hold is from now on: the command itself, or its target. */
  hold?: HoldState;
  /** How much of the target is reverted from now on. */
  reverted?: { amount: bigint | null };
};

export type Verdict = Plan | Rejection;

/** The target of a command as it is now; `outcome` is undefined where the ledger has no such transaction. */
export type Target = { outcome: Outcome | undefined; state: TargetState | undefined };

type Changed<T> = { ledgerUid: string; id: string; changed: number } & T;

/** A batch while it is applied: what was read, and what the commands so far have made of it. */
export type Work = {
  readonly sha256: Sha256;
  readonly state: BatchState;
  readonly ledgers: Map<string, LedgerState>;
  readonly balances: WorkingBalances;
  readonly outcomes: Map<string, Outcome>;
  readonly targets: Map<string, TargetState>;
  /** The decimal places of the asset codes that their ledgers use for the first time; keys by `scaleKey`. */
  readonly scales: Map<string, string>;
  readonly holds: Map<string, Changed<{ hold: HoldState }>>;
  readonly reverted: Map<string, RevertedRow>;
  /** Rows that are only ever added to. */
  readonly added: Pick<
    BatchRows,
    'transactions' | 'entries' | 'heldChanges' | 'datedEntries' | 'assets'
  >;
  /** The keys of the transactions that some command of the batch acts on. */
  readonly actedOn: ReadonlyMap<string, { ledgerUid: string; id: string }>;
  /** How to take back what was done since the savepoint, the last first; null without one. */
  undo: (() => void)[] | null;
};

/** Starts from the state of the database, which is never changed. */
export function startWork(state: BatchState, commands: readonly Command[], sha256: Sha256): Work {
  return {
    sha256,
    state,
    ledgers: new Map([...state.ledgers].map(([id, ledger]) => [id, { ...ledger }])),
    balances: createWorkingBalances(state.books),
    outcomes: new Map(state.transactions),
    targets: new Map(state.targets),
    scales: new Map(),
    holds: new Map(),
    reverted: new Map(),
    added: { transactions: [], entries: [], heldChanges: [], datedEntries: [], assets: [] },
    actedOn: targetsOf(commands),
    undo: null,
  };
}

/** The transactions that commands act on, by their keys. */
export function targetsOf(
  commands: readonly Command[],
): Map<string, { ledgerUid: string; id: string }> {
  const targets = new Map<string, { ledgerUid: string; id: string }>();
  for (const command of commands) {
    if (!('target' in command)) continue;
    const { ledgerUid, target } = command;
    targets.set(transactionKey(ledgerUid, target), { ledgerUid, id: target });
  }
  return targets;
}

/** What a command acts on. */
export function targetOf(work: Work, ledgerUid: string, id: string): Target {
  const key = transactionKey(ledgerUid, id);
  return { outcome: work.outcomes.get(key), state: work.targets.get(key) };
}

/** Sets a member of a map, so that it can be taken back. */
export function put<K, V>(work: Work, map: Map<K, V>, key: K, value: V): void {
  if (work.undo) {
    const before = map.get(key);
    work.undo.push(before === undefined ? () => map.delete(key) : () => map.set(key, before));
  }
  map.set(key, value);
}

/** Tries something out: unless it returns true, all that it did to the batch is taken back. */
export function attempt(work: Work, ledger: LedgerState, act: () => boolean): boolean {
  const ledgerBefore = { ...ledger };
  const lengths = Object.values(work.added).map((rows) => [rows, rows.length] as const);
  work.undo = [];
  const done = act();
  const { undo } = work;
  work.undo = null;
  if (done) return true;
  for (const takeBack of undo.reverse()) takeBack();
  for (const [rows, length] of lengths) rows.length = length;
  Object.assign(ledger, ledgerBefore);
  return false;
}
