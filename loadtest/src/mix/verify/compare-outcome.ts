import type { Posting } from '@razao/shared/contract/command.ts';
import type { Problems } from '../../verify/create-problems.ts';
import type { Verdict } from '../model/create-model.ts';
import type { HistoryRow } from './read-history.ts';

/** Compares what a transaction came to at its turn, and what it says of itself, with the model. */
export function compareOutcome(
  row: HistoryRow,
  verdict: Verdict | undefined,
  problems: Problems,
): void {
  if (verdict === undefined) throw new Error(`the model has no verdict on ${row.id}`);
  const { codes, transaction } = verdict;
  const right = codes.length === 0 ? row.code === null : codes.includes(row.code ?? '');
  if (!right) {
    const expected = codes.join(' or ') || transaction.status;
    problems.add(
      'transactions with the wrong outcome',
      `${row.kind} ${row.id}: ${row.code ?? row.status}, not ${expected}`,
    );
  }
  const expected = {
    kind: transaction.kind,
    target: transaction.target,
    postings: postingsText(transaction.postings),
    effective_at: transaction.effectiveAt,
  };
  const { kind, target, effective_at } = row;
  const postings = row.postings.map((posting) => posting.join(' ')).join(', ');
  differ(row, { kind, target, postings, effective_at }, expected, problems);
}

/** Adds a problem for every member of `expected` that `found` has otherwise. */
export function differ(
  { kind, id }: { kind: string; id: string },
  found: Record<string, unknown>,
  expected: Record<string, unknown>,
  problems: Problems,
): void {
  for (const [name, value] of Object.entries(expected)) {
    if (found[name] === value) continue;
    problems.add(
      `transactions with another ${name}`,
      `${kind} ${id}: ${found[name]}, not ${value}`,
    );
  }
}

function postingsText(postings: readonly Posting[]): string {
  return postings
    .map(({ source, destination, asset, amount }) => `${source} ${destination} ${asset} ${amount}`)
    .join(', ');
}
