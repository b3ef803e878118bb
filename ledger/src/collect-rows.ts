import type { BatchRows } from './rows.ts';
import type { Work } from './work.ts';

/** The rows that a batch writes, once all of its commands are applied. */
export function collectRows(work: Work): BatchRows {
  const balances = work.balances.changed();
  const accounts: BatchRows['accounts'] = [];
  const addresses = new Map<string, Set<string>>();
  for (const { after, isNew } of balances) {
    const { ledgerUid, address } = after;
    const touched = addresses.getOrInsertComputed(ledgerUid, () => new Set());
    // Whoever had a balance is an account.
    const isKnown = !isNew || work.state.books.get(ledgerUid)?.accounts.has(address);
    if (!isKnown && !touched.has(address)) accounts.push({ ledgerUid, address });
    touched.add(address);
  }
  const ledgers = [...work.ledgers.values()].flatMap((after) => {
    const firstSequence = work.state.ledgers.get(after.uid)?.nextSequence ?? after.nextSequence;
    if (after.nextSequence === firstSequence) return [];
    return [{ after, firstSequence, addresses: [...(addresses.get(after.uid) ?? [])] }];
  });
  const holds = [...work.holds].map(([key, { hold, ...place }]) => ({
    ...place,
    ...hold,
    changedBefore: work.state.transactions.get(key)?.version ?? null,
  }));
  return {
    ledgers,
    accounts,
    balances,
    holds,
    reverted: [...work.reverted.values()],
    ...work.added,
  };
}
