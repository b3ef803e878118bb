import type { Command, Posting } from '@razao/shared/contract/command.ts';
import { sha256 } from '@razao/shared/runtime/sha256.ts';
import { applyBatch } from '../../src/apply-batch.ts';
import type { BatchRows, CommandResult, TargetStatus, TransactionRow } from '../../src/rows.ts';
import { scaleKey, transactionKey } from '../../src/state.ts';
import { accountKey, balanceKey } from './flat-books.ts';
import { readFromMemory } from './memory-reads.ts';
import { type MemoryDatabase, versionKey } from './memory-tables.ts';

/** Commits one batch: reads what the commands name and nothing else, applies them and writes the rows. */
export function commitToMemory(
  database: MemoryDatabase,
  commands: readonly Command[],
  unprocessable: ReadonlySet<string>,
): { results: CommandResult[]; targets: TargetStatus[] } {
  const state = readFromMemory(database, commands);
  const { results, rows, targets } = applyBatch(state, commands, { sha256, unprocessable });
  writeRows(database, rows);
  return { results, targets };
}

function writeRows(database: MemoryDatabase, rows: BatchRows): void {
  for (const { after, firstSequence } of rows.ledgers) {
    expectSame('next sequence', database.ledgers.get(after.uid)?.nextSequence, firstSequence);
    database.ledgers.set(after.uid, after);
  }
  for (const { ledgerUid, address } of rows.accounts)
    insert(database.accounts, accountKey(ledgerUid, address), 'none');
  for (const { after, versionBefore, isNew } of rows.balances) {
    const key = balanceKey(after.ledgerUid, after.address, after.asset);
    if (isNew) insert(database.balances, key, after);
    expectSame('version', isNew ? 0 : database.balances.get(key)?.version, versionBefore);
    database.balances.set(key, after);
  }
  for (const row of rows.transactions) {
    const key = transactionKey(row.command.ledgerUid, row.command.id);
    const effectiveAt = row.bare ? null : row.effectiveAt;
    insert(database.transactions, key, { ...row, effectiveAt, postings: asStored(row) });
  }
  writeTargets(database, rows);
  for (const { ledgerUid, code, scale } of rows.assets)
    insert(database.assets, scaleKey(ledgerUid, code), scale);
  for (const row of rows.entries) insert(database.entries, versionKey(row), row);
  for (const row of rows.heldChanges) insert(database.heldChanges, versionKey(row), row);
  for (const row of rows.datedEntries) insert(database.datedEntries, versionKey(row), row);
}

/** What became of holds, and of what was reverted. */
function writeTargets(database: MemoryDatabase, { holds, reverted }: BatchRows): void {
  for (const { changedBefore, ...row } of holds) {
    const key = transactionKey(row.ledgerUid, row.id);
    expectSame('change of a hold', database.holds.get(key)?.changed ?? 0, changedBefore ?? 0);
    database.holds.set(key, row);
  }
  for (const row of reverted) database.reverted.set(transactionKey(row.ledgerUid, row.id), row);
}

/** Conditions are not stored, and nothing is of a command that could not be processed. */
function asStored({ postings, bare }: TransactionRow): Posting[] {
  if (bare) return [];
  return postings.map(({ source, destination, asset, amount }) => ({
    source,
    destination,
    asset,
    amount,
  }));
}

/** As a primary key does. */
function insert<V>(table: Map<string, V>, key: string, row: V): void {
  if (table.has(key)) throw new Error(`${key} exists already`);
  table.set(key, row);
}

function expectSame(what: string, stored: number | undefined, read: number): void {
  if (stored !== read)
    throw new Error(`the batch took ${read} for the ${what}, stored is ${stored}`);
}
