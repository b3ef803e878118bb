import type { Model } from '../model/create-model.ts';
import type { HistoryRow } from './read-history.ts';

/** How many transactions of each kind have which status, or were rejected with which code. */
export function countOutcomes(history: readonly HistoryRow[], { forced }: Model) {
  const outcomes: Record<string, Record<string, number>> = {};
  for (const { id, kind, code, status } of history) {
    const outcome = forced.has(id) ? 'posted past a limit' : (code ?? status);
    const counts = outcomes[kind] ?? {};
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    outcomes[kind] = counts;
  }
  return outcomes;
}

/** How long after its time a hold expired, at most. */
export function expirySecondsMax(history: readonly HistoryRow[], { transactions }: Model): number {
  let most = 0;
  for (const { kind, code, target, posted_at } of history) {
    const due = transactions.get(target ?? '')?.expiresAt;
    if (kind !== 'expiry' || code !== null || !due) continue;
    most = Math.max(most, (Date.parse(posted_at) - Date.parse(due)) / 1000);
  }
  return most;
}
