import type {
  CaptureCommand,
  ExpiryCommand,
  HoldCommand,
  Posting,
  ReleaseCommand,
} from '@razao/shared/contract/command.ts';
import { type Rejection, rejection } from '@razao/shared/contract/rejections.ts';
import { judgeEffect } from './effect.ts';
import { judgePostings } from './judge-postings.ts';
import { onlyPosting, sumOf, takeFrom } from './parts.ts';
import type { HoldState, LedgerState, TargetState } from './state.ts';
import { type Move, targetOf, type Verdict, type Work } from './work.ts';

/** Reserves at the sources what the postings will move once they are captured. */
export function judgeHold(work: Work, ledger: LedgerState, command: HoldCommand): Verdict {
  const { postings, effectiveAt, expiresAt } = command;
  const judged = judgePostings(work, ledger, postings, { kind: 'hold' });
  if ('code' in judged) return judged;
  const hold = { status: 'pending', expiresAt, amount: sumOf(postings), captured: 0n } as const;
  const { moves, assets } = judged;
  return { status: 'pending', postings, effectiveAt, moves, assets, hold };
}

/** Moves what a hold reserved, whole or in part; a final one frees what it leaves. */
export function judgeCapture(work: Work, ledger: LedgerState, command: CaptureCommand): Verdict {
  const found = findOpenHold(work, command);
  if ('code' in found) return found;
  const { hold, state } = found;
  const { postings: reserved } = state;
  const effect = judgeEffect(ledger, command, state);
  if ('code' in effect) return effect;
  const { effectiveAt } = effect;
  const only = onlyPosting(reserved);
  const left = only ? BigInt(only.amount) - hold.captured : null;
  const taken = takeFrom(left, command.amount);
  if (taken === 'whole only') {
    return rejection('hold_amount_exceeded', {
      detail: 'A hold with several postings is captured whole: leave out the amount',
    });
  }
  if (only && left !== null && taken !== null && taken > left) {
    const about = { asset: only.asset, available: String(left), required: String(taken) };
    return rejection('hold_amount_exceeded', about);
  }
  const closes = taken === left || command.final;
  const postings = only ? [{ ...only, amount: String(taken) }] : reserved;
  const freed = (posting: Posting) => (closes ? left : taken) ?? BigInt(posting.amount);
  const judged = judgePostings(work, ledger, postings, { kind: 'capture', freed });
  if ('code' in judged) return judged;
  const captured = hold.captured + (taken ?? hold.amount ?? 0n);
  const after: HoldState = { ...hold, captured, status: closes ? 'posted' : 'pending' };
  const { moves, assets } = judged;
  return { status: 'posted', postings, effectiveAt, moves, assets, hold: after };
}

/** Frees what a hold still reserves; nothing stands against that, not even a freeze. */
export function judgeEnd(
  work: Work,
  ledger: LedgerState,
  command: ReleaseCommand | ExpiryCommand,
): Verdict {
  const found = findOpenHold(work, command);
  if ('code' in found) return found;
  const { hold, state } = found;
  const { postings: reserved } = state;
  const captured = onlyPosting(reserved) ? hold.captured : 0n;
  const postings = reserved.map((posting) => ({
    ...posting,
    amount: String(BigInt(posting.amount) - captured),
  }));
  const moves = postings.map(({ source, asset, amount }): Move => {
    const balance = work.balances.get(ledger.uid, source, asset);
    return { balance, amount: 0n, balanceAfter: balance.posted, held: -BigInt(amount) };
  });
  const status = command.kind === 'release' ? 'released' : 'expired';
  const after: HoldState = { ...hold, status };
  return { status: 'posted', postings, effectiveAt: null, moves, assets: [], hold: after };
}

/** From the instant of its expiry on a hold can only expire, however long that takes. */
function findOpenHold(
  work: Work,
  command: CaptureCommand | ReleaseCommand | ExpiryCommand,
): { hold: HoldState; state: TargetState } | Rejection {
  const { outcome, state } = targetOf(work, command.ledgerUid, command.target);
  if (!outcome) return rejection('target_unknown');
  const hold = state?.hold;
  if (!state || hold?.status !== 'pending') return rejection('hold_not_open');
  if (command.kind !== 'expiry' && command.acceptedAt >= hold.expiresAt)
    return rejection('hold_not_open', { detail: 'The time of the hold is over' });
  return { hold, state };
}
