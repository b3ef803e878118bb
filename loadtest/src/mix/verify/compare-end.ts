import type { FoundBalance } from '../../verify/compare-balances.ts';
import type { Problems } from '../../verify/create-problems.ts';
import { balanceKey } from '../model/balances.ts';
import type { Model } from '../model/create-model.ts';
import { type MixRecord, totalOf } from '../model/record.ts';
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
    const record = model.records.get(row.id);
    if (record) differ(row, row, endOf(record), problems);
  }
  compareBalances(balances, model, problems);
}

/** What a transaction shows once everything has happened. */
export function endOf(record: MixRecord) {
  const { kind, status, postings, expiresAt, captured, reverted, version } = record;
  const hold = kind === 'hold' && status !== 'rejected';
  const total = totalOf(postings);
  const left = status === 'pending' && total !== null ? total - captured : 0n;
  return {
    status,
    version: String(version),
    hold_expires_at: expiresAt,
    hold_captured: hold && total !== null ? String(captured) : null,
    hold_remaining: hold && total !== null ? String(left) : null,
    reverted_amount: reverted === 0n || total !== null ? String(reverted) : null,
  };
}

function compareBalances(found: readonly FoundBalance[], model: Model, problems: Problems): void {
  const rows = new Map(found.map((row) => [balanceKey(row.address, row.asset), row]));
  for (const { address, asset, posted, held } of model.balances.all()) {
    const key = balanceKey(address, asset);
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
    if (held !== '0') problems.add('still held', `${held} of ${balanceKey(address, asset)}`);
  }
}
