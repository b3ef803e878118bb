import { setImmediate } from 'node:timers/promises';
import type {
  BalanceRow,
  BatchRows,
  DatedEntryRow,
  EntryRow,
  HeldChangeRow,
  HoldRow,
  RevertedRow,
  TransactionRow,
} from '@razao/ledger/rows.ts';
import { loadCommand, type Statement } from '@razao/sql/load.ts';
import type { LockSession } from '../leadership/lock-session.ts';
import { arrayLiteral, jsonArrayLiteral } from './array-literal.ts';
import { copyBytes, copyField } from './copy-text.ts';

const insertAccounts = loadCommand('insert_accounts');
const insertAssets = loadCommand('insert_assets');
const insertBalances = loadCommand('insert_balances');
const updateBalances = loadCommand('update_balances');
const copyTransactions = loadCommand('copy_transactions');
const copyEntries = loadCommand('copy_entries');
const copyHeldChanges = loadCommand('copy_held_changes');
const insertDatedEntries = loadCommand('insert_dated_entries');
const insertHolds = loadCommand('insert_holds');
const updateHolds = loadCommand('update_holds');
const putReverted = loadCommand('put_reverted');
const closeLedgers = loadCommand('close_ledgers');

type Cell = string | number | bigint | null;
/** The number of a ledger in this database, by its uid. */
type IdOf = (ledgerUid: string) => number;
/** What a row has in a column; `json` where that is stored as JSON. */
type Column<T> = ((row: T, idOf: IdOf) => Cell) | { json: (row: T) => unknown };
/** `bytes` where base64 is stored as what it stands for. */
type CopyColumn<T> = Column<T> | { bytes: (row: T) => string };

const ACCOUNT: Column<BatchRows['accounts'][number]>[] = [
  (row, idOf) => idOf(row.ledgerUid),
  (row) => row.address,
];

const ASSET: Column<BatchRows['assets'][number]>[] = [
  (row, idOf) => idOf(row.ledgerUid),
  (row) => row.code,
  (row) => row.scale,
];

const CREATED_BALANCE: Column<BalanceRow>[] = [
  ({ after }, idOf) => idOf(after.ledgerUid),
  ({ after }) => after.address,
  ({ after }) => after.asset,
  ({ after }) => after.id,
  ({ after }) => after.posted,
  ({ after }) => after.held,
  ({ after }) => after.version,
];

const CHANGED_BALANCE: Column<BalanceRow>[] = [
  ({ after }, idOf) => idOf(after.ledgerUid),
  ({ after }) => after.address,
  ({ after }) => after.asset,
  ({ versionBefore }) => versionBefore,
  ({ after }) => after.posted,
  ({ after }) => after.held,
  ({ after }) => after.version,
];

const TRANSACTION: CopyColumn<TransactionRow>[] = [
  ({ command }, idOf) => idOf(command.ledgerUid),
  ({ outcome }) => outcome.sequence,
  ({ command }) => command.id,
  ({ outcome }) => outcome.acceptedAt,
  ({ outcome }) => outcome.postedAt,
  ({ effectiveAt, bare }) => (bare ? null : effectiveAt),
  ({ outcome }) => outcome.kind,
  ({ outcome }) => outcome.status,
  { bytes: ({ outcome }) => outcome.fingerprint },
  { bytes: ({ hash }) => hash },
  {
    json: ({ bare, postings }) =>
      bare ? [] : postings.map((p) => [p.source, p.destination, p.asset, p.amount]),
  },
  (row) => movingOf(row)?.description ?? null,
  (row) => movingOf(row)?.reference ?? null,
  { json: metadataOf },
  { json: ({ outcome }) => outcome.rejection },
  ({ command, bare }) => ('target' in command && !bare ? command.target : null),
];

const ENTRY: CopyColumn<EntryRow>[] = [
  (row, idOf) => idOf(row.ledgerUid),
  (row) => row.balanceId,
  (row) => row.version,
  (row) => row.sequence,
  (row) => row.amount,
  (row) => row.balanceAfter,
];

const HELD_CHANGE: CopyColumn<HeldChangeRow>[] = [
  (row, idOf) => idOf(row.ledgerUid),
  (row) => row.balanceId,
  (row) => row.version,
  (row) => row.sequence,
  (row) => row.amount,
  (row) => row.heldAfter,
];

const DATED_ENTRY: Column<DatedEntryRow>[] = [
  (row, idOf) => idOf(row.ledgerUid),
  (row) => row.balanceId,
  (row) => row.version,
  (row) => row.sequence,
  (row) => row.effectiveAt,
  (row) => row.amount,
];

const CREATED_HOLD: Column<HoldRow>[] = [
  (row, idOf) => idOf(row.ledgerUid),
  (row) => row.id,
  (row) => row.status,
  (row) => row.expiresAt,
  (row) => row.amount,
  (row) => row.captured,
  (row) => row.changed,
];

const CHANGED_HOLD: Column<HoldRow>[] = [
  (row, idOf) => idOf(row.ledgerUid),
  (row) => row.id,
  (row) => row.status,
  (row) => row.captured,
  (row) => row.changed,
  (row) => row.changedBefore,
];

const REVERTED: Column<RevertedRow>[] = [
  (row, idOf) => idOf(row.ledgerUid),
  (row) => row.id,
  (row) => row.amount,
  (row) => row.changed,
];

const LEDGER: Column<BatchRows['ledgers'][number]>[] = [
  ({ after }) => after.id,
  ({ firstSequence }) => firstSequence,
  ({ after }) => after.nextSequence,
  ({ after }) => after.nextBalance,
  ({ after }) => after.postedAt,
  ({ after }) => after.hash,
  ({ addresses }) => arrayLiteral(addresses),
];

/**
 * Writes what a batch changed, a statement for each table. The session is inside a transaction. Throws where Postgres wrote
 * another number of rows than it was given: then somebody else has written here, and nothing may be committed.
 */
export async function writeRows(session: LockSession, rows: BatchRows): Promise<void> {
  const ids = new Map(rows.ledgers.map(({ after }) => [after.uid, after.id]));
  const writer = startWriting(session, (uid) => ids.get(uid) ?? 0);
  const created = rows.balances.filter((row) => row.isNew);
  const changed = rows.balances.filter((row) => !row.isNew);
  const createdHolds = rows.holds.filter((row) => row.changedBefore === null);
  const changedHolds = rows.holds.filter((row) => row.changedBefore !== null);
  await writer.write(insertAccounts, rows.accounts, ACCOUNT);
  await writer.write(insertAssets, rows.assets, ASSET);
  await writer.write(insertBalances, created, CREATED_BALANCE);
  await writer.write(updateBalances, changed, CHANGED_BALANCE);
  await writer.copy(copyTransactions, rows.transactions, TRANSACTION);
  await writer.copy(copyEntries, rows.entries, ENTRY);
  await writer.copy(copyHeldChanges, rows.heldChanges, HELD_CHANGE);
  await writer.write(insertHolds, createdHolds, CREATED_HOLD);
  await writer.write(updateHolds, changedHolds, CHANGED_HOLD);
  await writer.write(insertDatedEntries, rows.datedEntries, DATED_ENTRY);
  await writer.write(putReverted, rows.reverted, REVERTED);
  await writer.write(closeLedgers, rows.ledgers, LEDGER);
  await writer.done();
}

type Writer = {
  /** By a statement over an array of each column. */
  write<T>(statement: Statement, rows: readonly T[], columns: readonly Column<T>[]): Promise<void>;
  /** By a copy: less work than an insert, and nothing to plan. */
  copy<T>(
    statement: Statement,
    rows: readonly T[],
    columns: readonly CopyColumn<T>[],
  ): Promise<void>;
  /** Resolves when the last statement is answered. */
  done(): Promise<void>;
};

/** One statement at a time; while Postgres is at work on one, the next is put together. */
function startWriting(session: LockSession, idOf: IdOf): Writer {
  let underWay: Promise<void> = Promise.resolve();
  async function run(
    { name }: Statement,
    rows: number,
    ask: () => Promise<{ rowCount: number }>,
  ): Promise<void> {
    await underWay;
    underWay = ask().then(({ rowCount }) => {
      if (rowCount === rows) return;
      throw new Error(`${name} wrote ${rowCount} of ${rows} rows: another writer was here`);
    });
    // Whoever awaits it hears of its failure; until then nobody does.
    underWay.catch(() => {});
    // It has to be on its way before this thread is busy with the next one.
    await setImmediate();
  }
  return {
    async write(statement, rows, columns) {
      if (rows.length === 0) return;
      const literals = columns.map((column) => toLiteral(rows, column, idOf));
      await run(statement, rows.length, () => session.query(statement, literals));
    },
    async copy(statement, rows, columns) {
      if (rows.length === 0) return;
      const text = toCopyText(rows, columns, idOf);
      await run(statement, rows.length, () => session.copy(statement, text));
    },
    done: () => underWay,
  };
}

function toLiteral<T>(rows: readonly T[], column: Column<T>, idOf: IdOf): string {
  return typeof column === 'function'
    ? arrayLiteral(rows.map((row) => column(row, idOf)))
    : jsonArrayLiteral(rows.map(column.json));
}

function toCopyText<T>(rows: readonly T[], columns: readonly CopyColumn<T>[], idOf: IdOf): string {
  let text = '';
  for (const row of rows) {
    let separator = '';
    for (const column of columns) {
      text += `${separator}${toCopyField(row, column, idOf)}`;
      separator = '\t';
    }
    text += '\n';
  }
  return text;
}

function toCopyField<T>(row: T, column: CopyColumn<T>, idOf: IdOf) {
  if (typeof column === 'function') return copyField(column(row, idOf));
  if ('bytes' in column) return copyBytes(column.bytes(row));
  const value = column.json(row);
  return copyField(value === null ? null : JSON.stringify(value));
}

/** Of a command that could not be processed nothing that a client wrote is stored. */
function movingOf({ command, bare }: TransactionRow) {
  return bare || !('postings' in command) ? null : command;
}

function metadataOf(row: TransactionRow) {
  const metadata = movingOf(row)?.metadata ?? {};
  return Object.keys(metadata).length > 0 ? metadata : null;
}
