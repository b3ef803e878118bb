import { applyBatch } from '@razao/ledger/apply-batch.ts';
import type { BatchRows, CommandResult, TargetStatus } from '@razao/ledger/rows.ts';
import { type BalanceState, type BatchState, transactionKey } from '@razao/ledger/state.ts';
import { balancesOf } from '@razao/ledger/touched.ts';
import type { Command } from '@razao/shared/contract/command.ts';
import { killPoint } from '@razao/shared/runtime/kill-point.ts';
import { sha256 } from '@razao/shared/runtime/sha256.ts';
import type { LockSession } from '../leadership/lock-session.ts';
import { BatchFault, isSessionFault } from './error-class.ts';
import { readState } from './read-state.ts';
import { writeRows } from './write-rows.ts';

/** What a commit made true: a result for each command, what they acted on and every balance they touch as these are now. */
export type Commit = {
  commands: readonly Command[];
  results: CommandResult[];
  targets: TargetStatus[];
  balances: BalanceState[];
  /** The last sequence of each ledger that it changed. */
  heads: { ledgerUid: string; sequence: number }[];
};

/**
 * Applies commands and stores the outcome in one database transaction, READ COMMITTED, on the session that holds the lock.
 * `unprocessable` as in `applyBatch`. Whatever is thrown, nothing of it was stored, unless the session was lost while the
 * commit was under way: then a second try finds the transactions there. A session whose own fault it is is ended.
 */
export async function commitBatch(
  session: LockSession,
  commands: readonly Command[],
  unprocessable: ReadonlySet<string> = new Set(),
): Promise<Commit> {
  await session.query('begin');
  try {
    const { state, touched } = await readState(session, commands);
    const { results, rows, targets } = apply(state, commands, unprocessable);
    await writeRows(session, rows);
    killPoint('before-commit');
    await session.query('commit');
    killPoint('after-commit');
    learn(session, rows);
    const balances = balancesOf(touched, state.books);
    return { commands, results, targets, balances, heads: headsOf(rows) };
  } catch (error) {
    session.known.clear();
    if (isSessionFault(error)) session.destroy();
    if (!session.lost) await session.query('rollback');
    throw error;
  }
}

/** Remembers what the commit wrote, for the next one; what it read is known already. */
function learn({ known }: LockSession, rows: BatchRows): void {
  for (const { ledgerUid, address } of rows.accounts) known.addAccount(ledgerUid, address, 'none');
  for (const { after } of rows.balances) known.addBalance(after);
  for (const { ledgerUid, code, scale } of rows.assets) known.addScale(ledgerUid, code, scale);
  for (const { after } of rows.ledgers) known.moveOn(after);
}

function headsOf({ ledgers }: BatchRows): Commit['heads'] {
  return ledgers.map(({ after }) => ({ ledgerUid: after.uid, sequence: after.nextSequence - 1 }));
}

function apply(
  state: BatchState,
  commands: readonly Command[],
  unprocessable: ReadonlySet<string> = new Set(),
) {
  // A command that is rejected unseen kills nobody.
  killPoint('before-apply', () =>
    commands
      .filter(({ ledgerUid, id }) => !unprocessable.has(transactionKey(ledgerUid, id)))
      .map(({ id }) => id)
      .join(' '),
  );
  try {
    return applyBatch(state, commands, { sha256, unprocessable });
  } catch (error) {
    throw new BatchFault(error);
  }
}
