import type { Command, Posting } from '@razao/shared/contract/command.ts';
import type { Rejection, RejectionCode } from '@razao/shared/contract/rejections.ts';
import { perform } from './effects.ts';
import { LayeredMap } from './layered-map.ts';
import { brokenBy } from './rules.ts';

/**
 * The reference model: the ledger as the contract tells it, one command at a time on plain maps, with no thought of speed. It
 * shares no code with `applyBatch`, so that the two can be held against each other; `npm run load -- mix` and `npm run crash`
 * hold the whole product against it.
 */
export type ReferenceLedger = {
  explicit: boolean;
  /** The instant of all that is posted from now on. */
  postedAt: string;
  nextSequence: number;
  /** By address. */
  accounts: Map<string, 'none' | 'debit' | 'credit' | 'both'>;
  /** By address and asset, with a blank between. */
  balances: Map<string, ReferenceBalance>;
  /** The asset in which a code is kept. */
  scales: Map<string, string>;
  entries: ReferenceEntry[];
  /** What each transaction has changed of what is held, all in all, by its sequence and balance. */
  heldChanges: Map<string, bigint>;
  /** By id, in order of sequence. */
  transactions: Map<string, ReferenceTransaction>;
};
export type ReferenceBalance = {
  posted: bigint;
  held: bigint;
  overdraft: bigint | 'none';
  max: bigint | 'none';
};
export type ReferenceEntry = {
  sequence: number;
  balance: string;
  amount: bigint;
  balanceAfter: bigint;
  effectiveAt: string | null;
};

export type ReferenceRejection = Omit<Rejection, 'detail'>;
export type ReferenceStatus = 'pending' | 'posted' | 'rejected' | 'released' | 'expired';
/** `broken` holds every rule that the command breaks; it is rejected for one of them, not at all when there is none. */
export type ReferenceTransaction = {
  id: string;
  fingerprint: string;
  kind: Command['kind'];
  target: string | null;
  status: ReferenceStatus;
  sequence: number;
  /** The sequence of what changed it last. */
  version: number;
  effectiveAt: string;
  postings: readonly Posting[];
  /** For each posting, how much of it was captured, and how much was reverted. */
  captured: readonly bigint[];
  reverted: readonly bigint[];
  /** Where it is a hold. */
  expiresAt: string | null;
  broken: readonly ReferenceRejection[];
};
export type ReferenceAnswer = {
  transaction: ReferenceTransaction;
  replay: boolean;
  conflict: boolean;
};

/** A ledger in which nothing has happened. */
export function createReferenceLedger(postedAt: string, explicit = false): ReferenceLedger {
  return {
    explicit,
    postedAt,
    nextSequence: 1,
    accounts: new Map(),
    balances: new Map(),
    scales: new Map(),
    entries: [],
    heldChanges: new Map(),
    transactions: new Map(),
  };
}

/** Applies one command, or all of an atomic bulk. */
export function applyToReference(
  ledger: ReferenceLedger,
  group: readonly Command[],
  isUnprocessable: (command: Command) => boolean = () => false,
): ReferenceAnswer[] {
  const broken = brokenByGroup(ledger, group, isUnprocessable);
  return group.map((command) => {
    const known = ledger.transactions.get(command.id);
    const transaction = known ?? perform(ledger, command, broken.get(command.id) ?? []);
    const conflict = transaction.fingerprint !== command.fingerprint;
    return { transaction, replay: known !== undefined, conflict };
  });
}

/** What each of the new ones breaks: nothing, if all of them may be performed. */
function brokenByGroup(
  ledger: ReferenceLedger,
  group: readonly Command[],
  isUnprocessable: (command: Command) => boolean,
): Map<string, ReferenceRejection[]> {
  const fresh = group.filter(({ id }) => !ledger.transactions.has(id));
  const all = (code: RejectionCode) => new Map(fresh.map(({ id }) => [id, [{ code }]]));
  if (fresh.some(isUnprocessable)) return all('processing_failed');
  const isConflict = ({ id, fingerprint }: Command) => {
    const known = ledger.transactions.get(id);
    return known !== undefined && known.fingerprint !== fingerprint;
  };
  if (group.some(isConflict)) return all('dependency_failed');
  // What breaks a rule is looked for where it does no harm.
  const trial = group.length === 1 ? ledger : branch(ledger);
  for (const command of fresh) {
    const broken = brokenBy(trial, command);
    if (broken.length > 0) return all('dependency_failed').set(command.id, broken);
    if (group.length > 1) perform(trial, command, []);
  }
  return new Map();
}

/** A ledger that goes on from another one, and leaves that as it is. */
function branch(ledger: ReferenceLedger): ReferenceLedger {
  return {
    ...ledger,
    accounts: new LayeredMap(ledger.accounts),
    balances: new LayeredMap(ledger.balances),
    scales: new LayeredMap(ledger.scales),
    entries: [],
    heldChanges: new LayeredMap(ledger.heldChanges),
    transactions: new LayeredMap(ledger.transactions),
  };
}
