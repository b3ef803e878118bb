import { sumOf } from '../../model/books.ts';
import type { ReferenceLedger } from '../../model/reference-ledger.ts';
import { type MemoryDatabase, presentOutcome, versionKey } from './memory-tables.ts';

/** A ledger's tables, put so that they can be compared with a reference ledger. */
export function booksOf(database: MemoryDatabase, ledgerUid: string) {
  const own = <V>(table: ReadonlyMap<string, V>) =>
    [...table].flatMap(([key, row]) =>
      key.startsWith(`${ledgerUid}/`) ? [[key.slice(key.indexOf('/') + 1), row] as const] : [],
    );
  const names = new Map<number | null, string>();
  const balances = own(database.balances).map(([, balance]) => {
    const { address, asset, id, posted, held, overdraftLimit, maxBalance } = balance;
    const name = `${address} ${asset}`;
    names.set(id, name);
    const limits = { overdraft: overdraftLimit ?? 'none', max: maxBalance ?? 'none' };
    return [name, { posted, held, ...limits }] as const;
  });
  const nameOf = (id: number) => names.get(id) ?? 'none';
  const entries = own(database.entries).map(([, row]) => {
    const { sequence, balanceId, amount, balanceAfter } = row;
    const effectiveAt = database.datedEntries.get(versionKey(row))?.effectiveAt ?? null;
    return { sequence, balance: nameOf(balanceId), amount, balanceAfter, effectiveAt };
  });
  const heldChanges: Record<string, bigint> = {};
  for (const [, { sequence, balanceId, amount }] of own(database.heldChanges)) {
    const key = `${sequence} ${nameOf(balanceId)}`;
    heldChanges[key] = (heldChanges[key] ?? 0n) + amount;
  }
  const transactions = own(database.transactions).map(([id, row]) => {
    const { command, postings, outcome, effectiveAt } = row;
    const key = `${ledgerUid}/${id}`;
    const hold = database.holds.get(key);
    const { fingerprint, kind } = command;
    return {
      ...{ id, fingerprint, kind, postings },
      status: presentOutcome(database, key)?.status,
      version: presentOutcome(database, key)?.version,
      effectiveAt: effectiveAt ?? outcome.postedAt,
      amount: hold?.amount ?? null,
      captured: hold && hold.amount !== null ? hold.captured : null,
      expiresAt: hold?.expiresAt ?? null,
      reverted: database.reverted.has(key) ? (database.reverted.get(key)?.amount ?? null) : 0n,
    };
  });
  const scales = own(database.assets).map(([code, scale]): [string, string] => [
    code,
    `${code}/${scale}`,
  ]);
  return {
    accounts: Object.fromEntries(own(database.accounts)),
    balances: Object.fromEntries(balances),
    scales: Object.fromEntries(scales),
    entries,
    heldChanges,
    transactions,
  };
}

/** A reference ledger, put likewise. */
export function booksOfReference(ledger: ReferenceLedger): ReturnType<typeof booksOf> {
  return {
    accounts: Object.fromEntries(ledger.accounts),
    balances: Object.fromEntries(ledger.balances),
    scales: Object.fromEntries(ledger.scales),
    entries: ledger.entries,
    heldChanges: Object.fromEntries(ledger.heldChanges),
    transactions: [...ledger.transactions.values()].map((transaction) => {
      const { id, fingerprint, kind, postings, status, version, effectiveAt } = transaction;
      const isHold = kind === 'hold' && status !== 'rejected';
      const whole = postings.map(({ amount }) => BigInt(amount));
      const wasReverted = transaction.reverted.some((amount) => amount > 0n);
      return {
        ...{ id, fingerprint, kind, postings, status, version, effectiveAt },
        amount: isHold ? sumOf(transaction, whole) : null,
        captured: isHold ? sumOf(transaction, transaction.captured) : null,
        expiresAt: isHold ? transaction.expiresAt : null,
        reverted: wasReverted ? sumOf(transaction, transaction.reverted) : 0n,
      };
    }),
  };
}
