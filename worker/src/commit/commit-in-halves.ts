import type { Command } from '@razao/shared/contract/command.ts';
import { atomicGroups } from './atomic-groups.ts';
import { type Commit, commitBatch } from './commit-batch.ts';
import { isCommandFault } from './error-class.ts';
import type { LockSession } from './lock-session.ts';
import { ShardStopped } from './shard-stopped.ts';
import { transactionKey } from './state.ts';

type Group = readonly Command[];
/** Hears of each group that is stored as `processing_failed`, and why; throws where it may not be. */
export type OnUnprocessable = (group: Group, cause: unknown) => void;

/**
 * Commits commands; where one of them makes the commit fail, in halves, the left one first, so that a bad command fails
 * alone and the order stays. The last one standing is stored as `processing_failed`. An atomic bulk is never split: it stands,
 * and fails, as one.
 */
export async function commitInHalves(
  session: LockSession,
  commands: readonly Command[],
  onUnprocessable: OnUnprocessable,
): Promise<Commit[]> {
  const commits: Commit[] = [];
  try {
    await halve(commands);
  } catch (error) {
    if (error instanceof ShardStopped) error.commits = commits;
    throw error;
  }
  return commits;

  async function halve(part: readonly Command[]): Promise<void> {
    try {
      commits.push(await commitBatch(session, part));
    } catch (error) {
      if (!isCommandFault(error)) throw error;
      const groups = atomicGroups(part);
      const [only] = groups;
      if (groups.length === 1 && only) {
        onUnprocessable(only, error);
        commits.push(await commitUnprocessable(session, only));
        return;
      }
      const middle = Math.ceil(groups.length / 2);
      await halve(groups.slice(0, middle).flat());
      await halve(groups.slice(middle).flat());
    }
  }
}

/** Stores all members of a group as `processing_failed`, unseen. */
export function commitUnprocessable(session: LockSession, group: Group): Promise<Commit> {
  const unprocessable = new Set(group.map(({ ledgerUid, id }) => transactionKey(ledgerUid, id)));
  return commitBatch(session, group, unprocessable);
}
