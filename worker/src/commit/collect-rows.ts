import type { BalanceRow, BatchRows } from './rows.ts';
import { accountKey } from './state.ts';
import type { Work } from './work.ts';

/** The rows that a batch writes, once all of its commands are applied. */
export function collectRows(work: Work): BatchRows {
  const balances: BalanceRow[] = [];
  const accounts = new Map<string, { ledgerId: number; address: string }>();
  const addresses = new Map<number, Set<string>>();
  for (const { versionBefore, isNew, ...after } of work.balances.changed()) {
    const { ledgerId, address, id } = after;
    if (id === null) throw new Error(`balance ${address} changed without an id`);
    balances.push({ after: { ...after, id }, versionBefore, isNew });
    const key = accountKey(ledgerId, address);
    if (!work.state.accounts.has(key)) accounts.set(key, { ledgerId, address });
    const touched = addresses.get(ledgerId) ?? new Set();
    addresses.set(ledgerId, touched.add(address));
  }
  const ledgers = [...work.ledgers.values()].flatMap((after) => {
    const firstSequence = work.state.ledgers.get(after.id)?.nextSequence ?? after.nextSequence;
    if (after.nextSequence === firstSequence) return [];
    return [{ after, firstSequence, addresses: [...(addresses.get(after.id) ?? [])] }];
  });
  const holds = [...work.holds].map(([key, { hold, ...place }]) => ({
    ...place,
    ...hold,
    changedBefore: work.state.transactions.get(key)?.version ?? null,
  }));
  return {
    ledgers,
    accounts: [...accounts.values()],
    balances,
    holds,
    reverted: [...work.reverted.values()],
    ...work.added,
  };
}
