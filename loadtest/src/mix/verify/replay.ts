import type { Problems } from '../../verify/create-problems.ts';
import type { Model } from '../model/create-model.ts';
import type { Turn } from '../model/turn.ts';
import type { AcceptedCommand, AcceptedCommands } from './accepted.ts';
import { compareOutcome } from './compare-outcome.ts';
import type { HistoryRow } from './read-history.ts';

/**
 * Applies what a ledger says it applied, in the ledger's order, to the model, and compares every outcome. That the order is
 * right is what else is looked at: each client's commands in the client's, an atomic bulk without a gap, everything that was
 * accepted once, and nothing else but one expiry for a hold whose time was over.
 */
export function replay(
  history: readonly HistoryRow[],
  accepted: AcceptedCommands,
  model: Model,
  problems: Problems,
): void {
  const seen = new Set<string>();
  const newest = new Map<number, number>();
  for (const group of groups(history, accepted, problems)) {
    const rows = group.filter((row) => isExpected(row, { accepted, model, seen, problems }));
    for (const row of rows) followOrder(row, accepted.get(row.id), newest, problems);
    const verdicts = model.apply(rows.map((row) => toTurn(row, accepted)));
    rows.forEach((row, at) => {
      compareOutcome(row, verdicts[at], problems);
    });
  }
  for (const id of accepted.keys()) {
    if (!seen.has(id)) problems.add('accepted transactions that are missing', id);
  }
}

/** Rows one by one; those of an atomic bulk together, as they must be. */
function* groups(
  history: readonly HistoryRow[],
  accepted: AcceptedCommands,
  problems: Problems,
): Generator<HistoryRow[]> {
  for (let at = 0; at < history.length; ) {
    const first = history[at];
    const ids = (first && accepted.get(first.id)?.group) ?? null;
    const rows = history.slice(at, at + (ids?.length ?? 1));
    if (ids !== null && rows.some(({ id }, index) => id !== ids[index])) {
      problems.add('atomic bulks that are not together', ids.join(' '));
      rows.length = 1;
    }
    at += rows.length;
    yield rows;
  }
}

type Sight = {
  accepted: AcceptedCommands;
  model: Model;
  seen: Set<string>;
  problems: Problems;
};

function isExpected(row: HistoryRow, { accepted, model, seen, problems }: Sight): boolean {
  if (seen.has(row.id)) {
    problems.add('transactions that are there twice', row.id);
    return false;
  }
  seen.add(row.id);
  if (accepted.has(row.id)) return true;
  const hold = row.kind === 'expiry' ? model.transactions.get(row.target ?? '') : undefined;
  if (hold === undefined) {
    problems.add('transactions that were never accepted', `${row.id} ${row.kind}`);
    return false;
  }
  if (hold.expiresAt === null || row.accepted_at < hold.expiresAt)
    problems.add('expiries before their time', `${row.id} of ${row.target}`);
  return true;
}

function followOrder(
  { id }: HistoryRow,
  command: AcceptedCommand | undefined,
  newest: Map<number, number>,
  problems: Problems,
): void {
  if (command === undefined) return;
  const { client, order } = command;
  if (order < (newest.get(client) ?? -1)) problems.add('clients overtaken by themselves', id);
  newest.set(client, order);
}

function toTurn(row: HistoryRow, accepted: AcceptedCommands): Turn {
  const command = accepted.get(row.id)?.command ?? {
    kind: 'expiry' as const,
    id: row.id,
    target: row.target ?? '',
  };
  const { accepted_at: acceptedAt, posted_at: postedAt } = row;
  return { command, sequence: Number(row.sequence), acceptedAt, postedAt };
}
