import type { Acting } from '../command.ts';
import { movesOf } from './balances.ts';
import { effectOf } from './effect.ts';
import { onlyOf } from './record.ts';
import type { Books, Judged, Turn } from './turn.ts';

/** Moves back what a transfer or a capture moved; with several postings all of it at once. */
export function judgeRevert(
  { balances, records }: Books,
  turn: Turn<Extract<Acting, { kind: 'revert' }>>,
): Judged {
  const { target: id, amount, force } = turn.command;
  const target = records.get(id);
  const moved = target?.kind === 'transfer' || target?.kind === 'capture';
  if (target === undefined || !moved || target.status === 'rejected') return ['target_unknown'];
  const effectiveAt = effectOf(turn, target);
  if (effectiveAt === 'too early') return ['effective_before_target'];
  const only = onlyOf(target);
  const whole = target.postings.reduce((sum, posting) => sum + posting.amount, 0n);
  const left = whole - target.reverted;
  if (left === 0n) return ['already_reverted'];
  if (amount !== null && (only === null || amount > left)) return ['revert_amount_exceeded'];
  const taken = amount ?? left;
  const postings = target.postings.toReversed().map((posting) => ({
    source: posting.destination,
    destination: posting.source,
    asset: posting.asset,
    amount: only === null ? posting.amount : taken,
  }));
  const change = movesOf(postings);
  const refusals = balances.refusals(change);
  const byForce = refusals.length > 0;
  if (byForce && !force) return refusals;
  const reverted = target.reverted + taken;
  const record = { status: 'posted' as const, postings, effectiveAt, byForce };
  return { change, record, target: { reverted } };
}
