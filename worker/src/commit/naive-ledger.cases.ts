import type { Command, Posting } from '@razao/shared/contract/command.ts';
import type { Rejection, RejectionCode } from '@razao/shared/contract/rejections.ts';
import { perform } from './naive-effects.cases.ts';
import { brokenBy } from './naive-rules.cases.ts';
import type { Frozen } from './state.ts';

/**
 * The ledger as the contract tells it, one command at a time on plain maps, with no thought of speed. It shares no code
 * with `applyBatch`, so that the two can be held against each other.
 */
export type NaiveLedger = {
  explicit: boolean;
  /** The instant of all that is posted from now on. */
  postedAt: string;
  /** By address. */
  accounts: Map<string, Frozen>;
  /** By address and asset, with a blank between. */
  balances: Map<string, NaiveBalance>;
  /** The asset in which a code is kept. */
  scales: Map<string, string>;
  entries: NaiveEntry[];
  /** What each transaction has changed of what is held, all in all, by its sequence and balance. */
  heldChanges: Map<string, bigint>;
  /** In order of sequence. */
  transactions: NaiveTransaction[];
};
export type NaiveBalance = {
  posted: bigint;
  held: bigint;
  overdraft: bigint | 'none';
  max: bigint | 'none';
};
export type NaiveEntry = {
  sequence: number;
  balance: string;
  amount: bigint;
  balanceAfter: bigint;
  effectiveAt: string | null;
};

export type NaiveRejection = Omit<Rejection, 'detail'>;
export type NaiveStatus = 'pending' | 'posted' | 'rejected' | 'released' | 'expired';
/** `broken` holds every rule that the command breaks; it is rejected for one of them, not at all when there is none. */
export type NaiveTransaction = {
  id: string;
  fingerprint: string;
  kind: Command['kind'];
  status: NaiveStatus;
  /** The sequence of what changed it last. */
  version: number;
  effectiveAt: string;
  postings: Posting[];
  /** For each posting, how much of it was captured, and how much was reverted. */
  captured: bigint[];
  reverted: bigint[];
  /** Where it is a hold. */
  expiresAt: string | null;
  broken: NaiveRejection[];
};
export type NaiveAnswer = Pick<NaiveTransaction, 'status' | 'version' | 'broken'> & {
  sequence: number;
  replay: boolean;
  conflict: boolean;
};

/** Applies one command, or all of an atomic bulk. */
export function applyNaively(
  ledger: NaiveLedger,
  group: readonly Command[],
  isUnprocessable: (command: Command) => boolean,
): NaiveAnswer[] {
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
  ledger: NaiveLedger,
  group: readonly Command[],
  isUnprocessable: (command: Command) => boolean,
): Map<string, NaiveRejection[]> {
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

function find(ledger: NaiveLedger, { id }: Command): NaiveTransaction | undefined {
  return ledger.transactions.find((known) => known.id === id);
}
