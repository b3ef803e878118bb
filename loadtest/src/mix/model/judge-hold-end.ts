import type { Acting } from '../command.ts';
import { movesOf, reservesOf } from './balances.ts';
import { effectOf } from './effect.ts';
import { type MixRecord, onlyOf, totalOf } from './record.ts';
import type { Books, Expiry, Judged, Turn } from './turn.ts';

type Capture = Extract<Acting, { kind: 'capture' }>;
type Release = Extract<Acting, { kind: 'release' }>;

/** Moves all that a hold reserved, or of one with a single posting a part. */
export function judgeCapture(books: Books, turn: Turn<Capture>): Judged {
  const hold = openHold(books, turn);
  if (Array.isArray(hold)) return hold;
  const effectiveAt = effectOf(turn, hold);
  if (effectiveAt === 'too early') return ['effective_before_target'];
  const { amount, final } = turn.command;
  const only = onlyOf(hold);
  if (only === null) {
    if (amount !== null) return ['hold_amount_exceeded'];
    const change = movesOf(hold.postings, (posting) => posting.amount);
    const refusals = books.balances.refusals(change);
    if (refusals.length > 0) return refusals;
    const captured = totalOf(hold.postings) ?? 0n;
    const record = { status: 'posted' as const, postings: hold.postings, effectiveAt };
    return { change, record, target: { status: 'posted', captured } };
  }
  const left = only.amount - hold.captured;
  const taken = amount ?? left;
  if (taken > left) return ['hold_amount_exceeded'];
  const ends = final || taken === left;
  const postings = [{ ...only, amount: taken }];
  const change = movesOf(postings, () => (ends ? left : taken));
  const refusals = books.balances.refusals(change);
  if (refusals.length > 0) return refusals;
  const captured = hold.captured + taken;
  const target = { captured, status: ends ? ('posted' as const) : ('pending' as const) };
  return { change, record: { status: 'posted', postings, effectiveAt }, target };
}

/** Frees what a hold still reserves. */
export function judgeHoldEnd(books: Books, turn: Turn<Release | Expiry>): Judged {
  const hold = openHold(books, turn);
  if (Array.isArray(hold)) return hold;
  const only = onlyOf(hold);
  const postings = only ? [{ ...only, amount: only.amount - hold.captured }] : hold.postings;
  const status = turn.command.kind === 'release' ? 'released' : 'expired';
  const record = { status: 'posted' as const, postings };
  return { change: reservesOf(postings, -1n), record, target: { status } };
}

/** What was accepted at the instant of the expiry, or later, comes too late; the expiry itself never does. */
function openHold(
  { records }: Books,
  { command, acceptedAt }: Turn<Capture | Release | Expiry>,
): MixRecord | string[] {
  const hold = records.get(command.target);
  if (hold === undefined) return ['target_unknown'];
  if (hold.status !== 'pending' || hold.expiresAt === null) return ['hold_not_open'];
  const late = command.kind !== 'expiry' && acceptedAt >= hold.expiresAt;
  return late ? ['hold_not_open'] : hold;
}
