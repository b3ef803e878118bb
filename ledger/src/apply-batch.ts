import type { Command, Outcome } from '@razao/shared/contract/command.ts';
import { effectAsked } from '@razao/shared/contract/effect-asked.ts';
import { type Rejection, rejection } from '@razao/shared/contract/rejections.ts';
import { sameFingerprint } from '@razao/shared/contract/status-record.ts';
import { atomicGroups } from './atomic-groups.ts';
import { chainHash, type Sha256 } from './chain-hash.ts';
import { collectRows } from './collect-rows.ts';
import { judge } from './judge.ts';
import { post } from './post.ts';
import type { BatchRows, CommandResult, TargetStatus } from './rows.ts';
import { type BatchState, type LedgerState, transactionKey } from './state.ts';
import { attempt, type Plan, put, startWork, type Verdict, type Work } from './work.ts';

/** `unprocessable` holds the `transactionKey`s of commands that are rejected as `processing_failed` unseen. */
export type ApplyOptions = { sha256: Sha256; unprocessable?: ReadonlySet<string> };

const NONE: ReadonlySet<string> = new Set();

type Judge = (work: Work, ledger: LedgerState, command: Command) => Verdict;

/**
 * The rules of the ledger, as a pure function: applies commands one after the other to what a batch read, and returns one
 * result for each, the rows to write, and what is now true of the transactions that were acted on. Neither argument is
 * changed.
 * Throws where the state lacks a command's ledger, or where a transaction's entries do not cancel out: both are bugs.
 */
export function applyBatch(
  state: BatchState,
  commands: readonly Command[],
  { sha256, unprocessable = NONE }: ApplyOptions,
): { results: CommandResult[]; rows: BatchRows; targets: TargetStatus[] } {
  const work = startWork(state, commands, sha256);
  const results = atomicGroups(commands).flatMap((group) =>
    isUnprocessable(work, group, unprocessable)
      ? group.map((command) => applyCommand(work, command, () => rejection('processing_failed')))
      : applyGroup(work, group),
  );
  return { results, rows: collectRows(work), targets: collectTargets(work) };
}

/** What could not be processed must not be stored as if it had been looked at, whatever else is wrong with its group. */
function isUnprocessable(
  work: Work,
  group: readonly Command[],
  unprocessable: ReadonlySet<string>,
): boolean {
  if (unprocessable.size === 0) return false;
  return group.some((command) => {
    const key = transactionKey(command.ledgerUid, command.id);
    return unprocessable.has(key) && !work.outcomes.has(key);
  });
}

/** All of an atomic bulk is posted, or all of it is rejected: then its cause keeps its code, and it is the others' cause. */
function applyGroup(work: Work, group: readonly Command[]): CommandResult[] {
  const [first, ...others] = group;
  if (!first) return [];
  if (others.length === 0) return [applyCommand(work, first, judge)];
  let causes = new Map<Command, Rejection>();
  if (!group.some((command) => isConflict(work, command))) {
    const results: CommandResult[] = [];
    const posted = attempt(work, ledgerOf(work, first), () => {
      for (const command of group) {
        const result = applyCommand(work, command, judge);
        results.push(result);
        const { rejection: cause } = result.outcome;
        if (result.replay || !cause) continue;
        causes = new Map([[command, cause]]);
        return false;
      }
      return true;
    });
    if (posted) return results;
  }
  const consequence = rejection('dependency_failed');
  return group.map((command) =>
    applyCommand(work, command, () => causes.get(command) ?? consequence),
  );
}

function applyCommand(work: Work, command: Command, judge: Judge): CommandResult {
  const key = transactionKey(command.ledgerUid, command.id);
  const replay = replayOf(work, command, key);
  if (replay) return replay;
  const ledger = ledgerOf(work, command);
  const verdict = judge(work, ledger, command);
  const plan = 'code' in verdict ? null : verdict;
  const outcome = outcomeOf(ledger, command, verdict);
  if (plan) post(work, ledger, command, key, plan);
  ledger.hash = chainHash(work.sha256, ledger.hash, command.id, outcome);
  ledger.nextSequence += 1;
  work.added.transactions.push({
    command,
    outcome,
    hash: ledger.hash,
    postings: plan?.postings ?? ('postings' in command ? command.postings : []),
    effectiveAt: plan ? plan.effectiveAt : effectAsked(command),
    bare: outcome.rejection?.code === 'processing_failed',
  });
  put(work, work.outcomes, key, outcome);
  return { outcome, replay: false, conflict: false };
}

function replayOf(work: Work, command: Command, key: string): CommandResult | null {
  const outcome = work.outcomes.get(key);
  if (!outcome) return null;
  const conflict = !sameFingerprint(outcome.fingerprint, command.fingerprint);
  return { outcome, replay: true, conflict };
}

function isConflict(work: Work, command: Command): boolean {
  const key = transactionKey(command.ledgerUid, command.id);
  return replayOf(work, command, key)?.conflict === true;
}

function ledgerOf(work: Work, { ledgerUid }: Command): LedgerState {
  const ledger = work.ledgers.get(ledgerUid);
  if (!ledger) throw new Error(`the batch did not read ledger ${ledgerUid}`);
  return ledger;
}

function outcomeOf(ledger: LedgerState, command: Command, verdict: Plan | Rejection): Outcome {
  const rejected = 'code' in verdict;
  return {
    version: ledger.nextSequence,
    status: rejected ? 'rejected' : verdict.status,
    kind: command.kind,
    sequence: ledger.nextSequence,
    fingerprint: command.fingerprint,
    acceptedAt: command.acceptedAt,
    postedAt: ledger.postedAt,
    rejection: rejected ? verdict : null,
  };
}

function collectTargets(work: Work): TargetStatus[] {
  return [...work.actedOn].flatMap(([key, { ledgerUid, id }]) => {
    const outcome = work.outcomes.get(key);
    return outcome ? [{ ledgerUid, id, outcome }] : [];
  });
}
