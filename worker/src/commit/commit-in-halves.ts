import { atomicGroups } from '@razao/ledger/atomic-groups.ts';
import { transactionKey } from '@razao/ledger/state.ts';
import type { Command } from '@razao/shared/contract/command.ts';
import type { LockSession } from '../leadership/lock-session.ts';
import { type Commit, commitBatch } from './commit-batch.ts';
import { halves } from './commit-size.ts';
import { isCommandFault, isTooSlow } from './error-class.ts';

type Group = readonly Command[];

export type HalvesOptions = {
  /** Hears of each group that is stored as `processing_failed`, and why; throws where it may not be. */
  onUnprocessable: (group: Group, cause: unknown) => void;
  /** Hears of each commit, in order. Whatever is thrown afterwards, it is true. */
  onCommit: (commit: Commit) => void;
  /** Hears of each part that took too long and is halved. */
  onTooSlow: (cause: unknown) => void;
};

/**
 * Commits commands; where that fails by one of them, or takes too long, in halves, the left one first, so that the order
 * stays. The last one standing that fails is stored as `processing_failed`; one that takes too long is thrown: nobody is
 * rejected for a slow database. An atomic bulk is never split: it stands, and fails, as one.
 */
export async function commitInHalves(
  session: LockSession,
  commands: readonly Command[],
  { onUnprocessable, onCommit, onTooSlow }: HalvesOptions,
): Promise<void> {
  await commitPart(atomicGroups(commands));

  async function commitPart(groups: readonly Group[]): Promise<void> {
    const part = groups.flat();
    if (groups.length > 1 && !session.size.allows(part)) return commitHalves(groups);
    const startedAt = performance.now();
    let commit: Commit;
    try {
      commit = await commitBatch(session, part);
    } catch (error) {
      return await commitFailed(groups, error);
    }
    session.size.succeeded(part, performance.now() - startedAt);
    onCommit(commit);
  }

  async function commitFailed(groups: readonly Group[], error: unknown): Promise<void> {
    const [only] = groups;
    const alone = groups.length === 1 && only;
    if (isTooSlow(error) && !alone) {
      session.size.wasTooSlow(groups.flat());
      onTooSlow(error);
    } else if (!isCommandFault(error)) throw error;
    if (!alone) return await commitHalves(groups);
    onUnprocessable(only, error);
    onCommit(await commitUnprocessable(session, only));
  }

  async function commitHalves(groups: readonly Group[]): Promise<void> {
    for (const half of halves(groups)) await commitPart(half);
  }
}

/** Stores all members of a group as `processing_failed`, unseen. */
export function commitUnprocessable(session: LockSession, group: Group): Promise<Commit> {
  const unprocessable = new Set(group.map(({ ledgerUid, id }) => transactionKey(ledgerUid, id)));
  return commitBatch(session, group, unprocessable);
}
