import type { Moving } from '../command.ts';
import { movesOf, reservesOf } from './balances.ts';
import { addSeconds, type Books, type Judged, type Turn } from './turn.ts';

/** A transfer moves its postings together, a hold reserves them at their sources. */
export function judgeMoving({ balances, records }: Books, turn: Turn<Moving>): Judged {
  const { kind, postings, dependsOn, expiresIn } = turn.command;
  if (dependsOn !== null) {
    const status = records.get(dependsOn)?.status;
    if (status === undefined || status === 'rejected') return ['dependency_failed'];
  }
  const unmet = postings.some(
    ({ source, asset, availableGte: least }) =>
      least !== undefined && balances.available(source, asset) < least,
  );
  if (unmet) return ['condition_failed'];
  const hold = kind === 'hold';
  const change = hold ? reservesOf(postings, 1n) : movesOf(postings);
  const refusals = balances.refusals(change);
  if (refusals.length > 0) return refusals;
  if (!hold) return { change, record: { status: 'posted', postings } };
  const expiresAt = addSeconds(turn.acceptedAt, expiresIn ?? 0);
  return { change, record: { status: 'pending', postings, expiresAt } };
}
