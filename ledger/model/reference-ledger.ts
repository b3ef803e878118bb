import type { Command, Posting } from '@razao/shared/contract/command.ts';
import type { Rejection, RejectionCode } from '@razao/shared/contract/rejections.ts';
import type { Frozen } from '../src/state.ts';
import { perform } from './effects.ts';
import { brokenBy } from './rules.ts';

/**
 * The ledger as the contract tells it, one command at a time on plain maps, with no thought of speed. It shares no code
 * with `applyBatch`, so that the two can be held against each other.
 */
export type ReferenceLedger = {
  explicit: boolean;
  /** The instant of all that is posted from now on. */
  postedAt: string;
  /** By address. */
  accounts: Map<string, Frozen>;
  /** By address and asset, with a blank between. */
  balances: Map<string, ReferenceBalance>;
  /** The asset in which a code is kept. */
  scales: Map<string, string>;
  entries: ReferenceEntry[];
  /** What each transaction has changed of what is held, all in all, by its sequence and balance. */
  heldChanges: Map<string, bigint>;
  /** In order of sequence. */
  transactions: ReferenceTransaction[];
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
  status: ReferenceStatus;
  /** The sequence of what changed it last. */
  version: number;
  effectiveAt: string;
  postings: Posting[];
  /** For each posting, how much of it was captured, and how much was reverted. */
  captured: bigint[];
  reverted: bigint[];
  /** Where it is a hold. */
  expiresAt: string | null;
  broken: ReferenceRejection[];
};
export type ReferenceAnswer = Pick<ReferenceTransaction, 'status' | 'version' | 'broken'> & {
  sequence: number;
  replay: boolean;
  conflict: boolean;
};

/** Applies one command, or all of an atomic bulk. */
export function applyToReference(
  ledger: ReferenceLedger,
  group: readonly Command[],
  isUnprocessable: (command: Command) => boolean,
): ReferenceAnswer[] {
  const broken = brokenByGroup(ledger, group, isUnprocessable);
  return group.map((command) => {
    const replay = find(ledger, command) !== undefined;
    if (!replay) perform(ledger, command, broken.get(command.id) ?? []);
    const known = find(ledger, command);
    if (!known) throw new Error(`transaction ${command.id} was not applied`);
    return {
      sequence: 1 + ledger.transactions.indexOf(known),
      status: known.status,
      version: known.version,
      broken: known.broken,
      replay,
      conflict: known.fingerprint !== command.fingerprint,
    };
  });
}

/** What each of the new ones breaks: nothing, if all of them may be performed. */
function brokenByGroup(
  ledger: ReferenceLedger,
  group: readonly Command[],
  isUnprocessable: (command: Command) => boolean,
): Map<string, ReferenceRejection[]> {
  const fresh = group.filter((command) => find(ledger, command) === undefined);
  const all = (code: RejectionCode) => new Map(fresh.map(({ id }) => [id, [{ code }]]));
  if (fresh.some(isUnprocessable)) return all('processing_failed');
  const isConflict = (command: Command) => {
    const known = find(ledger, command);
    return known !== undefined && known.fingerprint !== command.fingerprint;
  };
  if (group.some(isConflict)) return all('dependency_failed');
  // What breaks a rule is looked for where it does no harm.
  const trial = group.length === 1 ? ledger : structuredClone(ledger);
  for (const command of fresh) {
    const broken = brokenBy(trial, command);
    if (broken.length > 0) return all('dependency_failed').set(command.id, broken);
    if (group.length > 1) perform(trial, command, []);
  }
  return new Map();
}

function find(ledger: ReferenceLedger, { id }: Command): ReferenceTransaction | undefined {
  return ledger.transactions.find((known) => known.id === id);
}
