import { sumOf } from '@razao/ledger/model/books.ts';
import type { ReferenceTransaction } from '@razao/ledger/model/reference-ledger.ts';
import type { FoundBalance } from '../../verify/compare-balances.ts';
import type { Problems } from '../../verify/create-problems.ts';
import type { Model } from '../model/create-model.ts';
import { differ } from './compare-outcome.ts';
import type { HistoryRow } from './read-history.ts';

/** Compares what became of every transaction, and every balance, with the model; nothing may be held any more. */
export function compareEnd(
  history: readonly HistoryRow[],
  balances: readonly FoundBalance[],
  model: Model,
  problems: Problems,
): void {
  for (const row of history) {
    const transaction = model.transactions.get(row.id);
    if (transaction) differ(row, row, endOf(transaction), problems);
  }
  compareBalances(balances, model, problems);
}

/** What a transaction shows once everything has happened. */
export function endOf(transaction: ReferenceTransaction) {
  const { kind, status, postings, expiresAt, captured, reverted, version } = transaction;
  const isHold = kind === 'hold' && status !== 'rejected';
  const whole = postings.map(({ amount }) => BigInt(amount));
  const [total, taken] = [sumOf(transaction, whole), sumOf(transaction, captured)];
  const left = status === 'pending' ? (total ?? 0n) - (taken ?? 0n) : 0n;
  const back = reverted.some((amount) => amount > 0n) ? sumOf(transaction, reverted) : 0n;
  return {
    status,
    version: String(version),
    hold_expires_at: isHold ? expiresAt : null,
    hold_captured: isHold && taken !== null ? String(taken) : null,
    hold_remaining: isHold && total !== null ? String(left) : null,
    reverted_amount: back === null ? null : String(back),
  };
}

function compareBalances(found: readonly FoundBalance[], model: Model, problems: Problems): void {
  const rows = new Map(found.map((row) => [`${row.address} ${row.asset}`, row]));
  for (const [key, { posted, held }] of model.balances) {
    const row = rows.get(key) ?? { posted: '0', held: '0' };
    rows.delete(key);
    if (row.posted !== String(posted) || row.held !== String(held)) {
      const differs = `${row.posted} and ${row.held} held, not ${posted} and ${held}`;
      problems.add('balances that differ', `${key} has ${differs}`);
    }
  }
  for (const [key, { posted, held }] of rows) {
    if (posted !== '0' || held !== '0') problems.add('balances that should not be', key);
  }
  for (const { address, asset, held } of found) {
    if (held !== '0') problems.add('still held', `${held} of ${address} ${asset}`);
  }
}
