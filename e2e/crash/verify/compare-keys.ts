import type { SecondAcceptance } from '../load/journal.ts';
import { type Loss, WINDOW_MS } from '../load/told.ts';
import { nameOf, type Stored } from './stored.ts';

/**
 * Keys that were accepted twice, each time with another body, although Redis must have known the first one: it was still
 * waiting, or its record was neither lost nor old since it was posted.
 */
export function compareKeys(
  accepted: readonly SecondAcceptance[],
  stored: readonly Stored[],
  losses: readonly Loss[],
): string[] {
  const rows = new Map(stored.map((row) => [nameOf(row), row]));
  return accepted.flatMap((second) => {
    const first = rows.get(nameOf(second));
    const { ledger, key, at } = second;
    if (first === undefined) return [];
    const lost = losses.some(({ from, to }) => first.postedAt <= to && from <= at);
    if (lost || at - first.postedAt > WINDOW_MS) return [];
    const ago = Math.round(at - first.postedAt);
    const when = ago < 0 ? `${-ago} ms before that was posted` : `${ago} ms after that was posted`;
    return [`second 202: key ${key} of ${ledger}, with another body than its first, ${when}`];
  });
}
