import { setImmediate } from 'node:timers/promises';
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
  const writer = startWriting(session);
  const created = rows.balances.filter((row) => row.isNew);
  const changed = rows.balances.filter((row) => !row.isNew);
  await writer.write(insertAccounts, rows.accounts, (row) => [row.ledgerId, row.address]);
  await writer.write(insertAssets, rows.assets, (row) => [row.ledgerId, row.code, row.scale]);
  await writer.write(insertBalances, created, createdCells);
  await writer.write(updateBalances, changed, changedCells);
  await writer.write(insertTransactions, rows.transactions, transactionCells);
  await writer.write(insertEntries, rows.entries, (row) => [
    row.ledgerId,
    row.balanceId,
    row.version,
    row.sequence,
    row.amount,
    row.balanceAfter,
  ]);
  await writeHolds(writer, rows);
  await writer.write(insertDatedEntries, rows.datedEntries, (row) => [
    row.ledgerId,
    row.balanceId,
    row.version,
    row.sequence,
    row.effectiveAt,
    row.amount,
  ]);
  await writer.write(putReverted, rows.reverted, (row) => [
    row.ledgerId,
    row.id,
    row.amount,
    row.changed,
  ]);
  await writer.write(closeLedgers, rows.ledgers, ({ after, firstSequence, addresses }) => [
    after.id,
    firstSequence,
    after.nextSequence,
    after.nextBalance,
    after.postedAt,
    after.hash,
    JSON.stringify(addresses),
  ]);
  await writer.done();
}

async function writeHolds(writer: Writer, rows: BatchRows): Promise<void> {
  const created = rows.holds.filter((row) => row.changedBefore === null);
  const changed = rows.holds.filter((row) => row.changedBefore !== null);
  await writer.write(insertHeldChanges, rows.heldChanges, (row) => [
    row.ledgerId,
    row.balanceId,
    row.version,
    row.sequence,
    row.amount,
    row.heldAfter,
  ]);
  await writer.write(insertHolds, created, (row) => [
    row.ledgerId,
    row.id,
    row.status,
    row.expiresAt,
    row.amount,
    row.captured,
    row.changed,
  ]);
  await writer.write(updateHolds, changed, (row) => [
    row.ledgerId,
    row.id,
    row.status,
    row.captured,
    row.changed,
    row.changedBefore,
  ]);
}

type Writer = {
  write<T>(statement: Statement, rows: readonly T[], cells: (row: T) => Cell[]): Promise<void>;
  /** Resolves when the last statement is answered. */
  done(): Promise<void>;
};

/** One statement at a time; while Postgres is at work on one, the next is put together. */
function startWriting(session: LockSession): Writer {
  let underWay: Promise<void> = Promise.resolve();
  return {
    async write(statement, rows, cells) {
      if (rows.length === 0) return;
      const literals = toLiterals(rows, cells);
      await underWay;
      underWay = run(session, statement, literals, rows.length);
      // Whoever awaits it hears of its failure; until then nobody does.
      underWay.catch(() => {});
      // It has to be on its way before this thread is busy with the next one.
      await setImmediate();
    },
    done: () => underWay,
  };
}

function toLiterals<T>(rows: readonly T[], cells: (row: T) => Cell[]): string[] {
  const columns: Cell[][] = [];
  for (const row of rows) {
    const values = cells(row);
    for (let i = 0; i < values.length; i++) {
      let column = columns[i];
      if (!column) columns[i] = column = [];
      column.push(values[i] as Cell);
    }
  }
  return columns.map(arrayLiteral);
}

async function run(
  session: LockSession,
  statement: Statement,
  literals: string[],
  rows: number,
): Promise<void> {
  const { rowCount } = await session.query(statement, literals);
  if (rowCount !== rows) {
    throw new Error(`${statement.name} wrote ${rowCount} of ${rows} rows: another writer was here`);
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
