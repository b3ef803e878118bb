import { loadCommand, type Statement } from '@razao/sql/load.ts';
import { arrayLiteral } from './array-literal.ts';
import type { LockSession } from './lock-session.ts';
import type { BalanceRow, BatchRows, TransactionRow } from './rows.ts';

const insertAccounts = loadCommand('insert_accounts');
const insertAssets = loadCommand('insert_assets');
const insertBalances = loadCommand('insert_balances');
const updateBalances = loadCommand('update_balances');
const insertTransactions = loadCommand('insert_transactions');
const insertEntries = loadCommand('insert_entries');
const insertHeldChanges = loadCommand('insert_held_changes');
const insertDatedEntries = loadCommand('insert_dated_entries');
const insertHolds = loadCommand('insert_holds');
const updateHolds = loadCommand('update_holds');
const putReverted = loadCommand('put_reverted');
const closeLedgers = loadCommand('close_ledgers');

type Cell = string | number | bigint | null;

/**
 * Writes what a batch changed, a statement for each table. The session is inside a transaction. Throws where Postgres wrote
 * another number of rows than it was given: then somebody else has written here, and nothing may be committed.
 */
export async function writeRows(session: LockSession, rows: BatchRows): Promise<void> {
  const created = rows.balances.filter((row) => row.isNew);
  const changed = rows.balances.filter((row) => !row.isNew);
  await write(session, insertAccounts, rows.accounts, (row) => [row.ledgerId, row.address]);
  await write(session, insertAssets, rows.assets, (row) => [row.ledgerId, row.code, row.scale]);
  await write(session, insertBalances, created, createdCells);
  await write(session, updateBalances, changed, changedCells);
  await write(session, insertTransactions, rows.transactions, transactionCells);
  await write(session, insertEntries, rows.entries, (row) => [
    row.ledgerId,
    row.balanceId,
    row.version,
    row.sequence,
    row.amount,
    row.balanceAfter,
  ]);
  await writeHolds(session, rows);
  await write(session, insertDatedEntries, rows.datedEntries, (row) => [
    row.ledgerId,
    row.balanceId,
    row.version,
    row.sequence,
    row.effectiveAt,
    row.amount,
  ]);
  await write(session, putReverted, rows.reverted, (row) => [
    row.ledgerId,
    row.id,
    row.amount,
    row.changed,
  ]);
  await write(session, closeLedgers, rows.ledgers, ({ after, firstSequence, addresses }) => [
    after.id,
    firstSequence,
    after.nextSequence,
    after.nextBalance,
    after.postedAt,
    after.hash,
    JSON.stringify(addresses),
  ]);
}

async function writeHolds(session: LockSession, rows: BatchRows): Promise<void> {
  const created = rows.holds.filter((row) => row.changedBefore === null);
  const changed = rows.holds.filter((row) => row.changedBefore !== null);
  await write(session, insertHeldChanges, rows.heldChanges, (row) => [
    row.ledgerId,
    row.balanceId,
    row.version,
    row.sequence,
    row.amount,
    row.heldAfter,
  ]);
  await write(session, insertHolds, created, (row) => [
    row.ledgerId,
    row.id,
    row.status,
    row.expiresAt,
    row.amount,
    row.captured,
    row.changed,
  ]);
  await write(session, updateHolds, changed, (row) => [
    row.ledgerId,
    row.id,
    row.status,
    row.captured,
    row.changed,
    row.changedBefore,
  ]);
}

async function write<T>(
  session: LockSession,
  statement: Statement,
  rows: readonly T[],
  cells: (row: T) => Cell[],
) {
  if (rows.length === 0) return;
  const columns: Cell[][] = [];
  for (const row of rows) {
    const values = cells(row);
    for (let i = 0; i < values.length; i++) {
      let column = columns[i];
      if (!column) columns[i] = column = [];
      column.push(values[i] as Cell);
    }
  }
  const { rowCount } = await session.query(statement, columns.map(arrayLiteral));
  if (rowCount !== rows.length) {
    throw new Error(
      `${statement.name} wrote ${rowCount} of ${rows.length} rows: another writer was here`,
    );
  }
}

function createdCells({ after }: BalanceRow): Cell[] {
  const { ledgerId, address, asset, id, posted, held, version } = after;
  return [ledgerId, address, asset, id, posted, held, version];
}

function changedCells({ after, versionBefore }: BalanceRow): Cell[] {
  const { ledgerId, address, asset, posted, held, version } = after;
  return [ledgerId, address, asset, versionBefore, posted, held, version];
}

function transactionCells({ command, outcome, hash, postings, bare }: TransactionRow): Cell[] {
  const text = bare || !('postings' in command) ? null : command;
  const hasMetadata = text !== null && Object.keys(text.metadata).length > 0;
  return [
    command.ledgerId,
    outcome.sequence,
    command.id,
    outcome.acceptedAt,
    outcome.postedAt,
    text?.effectiveAt ?? null,
    outcome.kind,
    outcome.status,
    outcome.fingerprint,
    hash,
    bare ? '[]' : JSON.stringify(postings.map((p) => [p.source, p.destination, p.asset, p.amount])),
    text?.description ?? null,
    text?.reference ?? null,
    hasMetadata ? JSON.stringify(text.metadata) : null,
    outcome.rejection === null ? null : JSON.stringify(outcome.rejection),
    'target' in command && !bare ? command.target : null,
  ];
}
