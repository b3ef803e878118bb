import type { Posting, RevertCommand, TransactionKind } from '@razao/shared/contract/command.ts';
import { type Rejection, rejection } from '@razao/shared/contract/rejections.ts';
import { judgeEffect } from './effect.ts';
import { judgePostings } from './judge-postings.ts';
import { onlyPosting, sumOf, takeFrom } from './parts.ts';
import type { LedgerState, TargetState } from './state.ts';
import { targetOf, type Verdict, type Work } from './work.ts';

/** Moves back what a transfer or a capture moved, whole or in part, never more than that in all. */
export function judgeRevert(work: Work, ledger: LedgerState, command: RevertCommand): Verdict {
  const state = findRevertible(work, command);
  if ('code' in state) return state;
  const effect = judgeEffect(ledger, command, state);
  if ('code' in effect) return effect;
  const only = onlyPosting(state.postings);
  const before = state.reverted;
  const left = only ? BigInt(only.amount) - (before?.amount ?? 0n) : null;
  if (left === 0n || (before && !only)) return rejection('already_reverted');
  const taken = takeFrom(left, command.amount);
  if (taken === 'whole only') {
    return rejection('revert_amount_exceeded', {
      detail: 'A transaction with several postings is reverted whole: leave out the amount',
    });
  }
  if (only && left !== null && taken !== null && taken > left) {
    const about = { asset: only.asset, available: String(left), required: String(taken) };
    return rejection('revert_amount_exceeded', about);
  }
  const postings = state.postings.toReversed().map((posting) => turn(posting, taken));
  const judged = judgePostings(work, ledger, postings, { kind: 'move', force: command.force });
  if ('code' in judged) return judged;
  const amount = taken === null ? sumOf(postings) : (before?.amount ?? 0n) + taken;
  return { ...judged, ...effect, status: 'posted', postings, reverted: { amount } };
}

const FINAL: { [K in TransactionKind]?: string } = {
  hold: 'A hold moves nothing: revert its captures',
  release: 'A release moves nothing',
  expiry: 'An expiry moves nothing',
  revert: 'A revert is final: send a new transfer instead',
};

function findRevertible(work: Work, command: RevertCommand): TargetState | Rejection {
  const { outcome, state } = targetOf(work, command.ledgerUid, command.target);
  if (!outcome) return rejection('target_unknown');
  if (!state)
    return rejection('target_unknown', { detail: 'The target was rejected: it moved nothing' });
  const detail = FINAL[state.kind];
  return detail === undefined ? state : rejection('target_unknown', { detail });
}

function turn({ source, destination, asset, amount }: Posting, taken: bigint | null): Posting {
  const moved = taken === null ? amount : String(taken);
  return { source: destination, destination: source, asset, amount: moved };
}
