import { loadCommand, type Statement } from '@razao/sql/load.ts';
import { arrayLiteral } from './array-literal.ts';
import type { LockSession } from './lock-session.ts';
import type { BalanceRow, BatchRows, TransactionRow } from './rows.ts';

const insertAccounts = loadCommand('insert_accounts');
const insertBalances = loadCommand('insert_balances');
const updateBalances = loadCommand('update_balances');
const insertTransactions = loadCommand('insert_transactions');
const insertEntries = loadCommand('insert_entries');
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
  return [after.ledgerId, after.address, after.asset, after.id, after.posted, after.version];
}

function changedCells({ after, versionBefore }: BalanceRow): Cell[] {
  return [after.ledgerId, after.address, after.asset, versionBefore, after.posted, after.version];
}

function transactionCells({ command, outcome, hash, bare }: TransactionRow): Cell[] {
  const postings = command.postings.map((p) => [p.source, p.destination, p.asset, p.amount]);
  const hasMetadata = !bare && Object.keys(command.metadata).length > 0;
  return [
    command.ledgerId,
    outcome.sequence,
    command.id,
    outcome.acceptedAt,
    outcome.postedAt,
    bare ? null : command.effectiveAt,
    outcome.kind,
    outcome.status,
    outcome.fingerprint,
    hash,
    bare ? '[]' : JSON.stringify(postings),
    bare ? null : command.description,
    bare ? null : command.reference,
    hasMetadata ? JSON.stringify(command.metadata) : null,
    outcome.rejection === null ? null : JSON.stringify(outcome.rejection),
  ];
}
