import type { Command } from '@razao/shared/contract/command.ts';
import { type Commit, commitBatch } from './commit-batch.ts';
import { isCommandFault } from './error-class.ts';
import type { LockSession } from './lock-session.ts';
import { transactionKey } from './state.ts';

/**
 * Commits commands; where one of them makes the commit fail, in halves, the left one first, so that a bad command fails
 * alone and the order stays. The last one standing is stored as `processing_failed`; `onUnprocessable` hears why, and
 * throws where it may not be.
 */
export async function commitInHalves(
  session: LockSession,
  commands: readonly Command[],
  onUnprocessable: (command: Command, cause: unknown) => void,
): Promise<Commit[]> {
  try {
    return [await commitBatch(session, commands)];
  } catch (error) {
    if (!isCommandFault(error)) throw error;
    const [only] = commands;
    if (commands.length === 1 && only) {
      onUnprocessable(only, error);
      return [
        await commitBatch(session, commands, new Set([transactionKey(only.ledgerId, only.id)])),
      ];
    }
    const middle = Math.ceil(commands.length / 2);
    const left = await commitInHalves(session, commands.slice(0, middle), onUnprocessable);
    const right = await commitInHalves(session, commands.slice(middle), onUnprocessable);
    return [...left, ...right];
  }
}
