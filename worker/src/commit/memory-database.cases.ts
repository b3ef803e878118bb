import type { Command } from '@razao/shared/contract/command.ts';
import { applyBatch } from './apply-batch.ts';
import type { NaiveLedger } from './naive-ledger.cases.ts';
import type { BatchRows, CommandResult, EntryRow, TransactionRow } from './rows.ts';
import {
  accountKey,
  type BalanceState,
  type BatchState,
  balanceKey,
  type Frozen,
  type LedgerState,
  transactionKey,
} from './state.ts';

/** The tables as far as a batch reads and writes them, each by its primary key. */
export type MemoryDatabase = {
  ledgers: Map<number, LedgerState>;
  accounts: Map<string, Frozen>;
  balances: Map<string, BalanceState>;
  transactions: Map<string, TransactionRow>;
  entries: Map<string, EntryRow>;
};

/** Commits one batch: reads what the commands name and nothing else, applies them and writes the rows. */
export function commitToMemory(
  database: MemoryDatabase,
  commands: readonly Command[],
  unprocessable: ReadonlySet<string>,
): CommandResult[] {
  const { results, rows } = applyBatch(readState(database, commands), commands, unprocessable);
  writeRows(database, rows);
  return results;
}

/** A ledger's tables, put as the naive ledger puts them. */
export function booksOf(
  database: MemoryDatabase,
  ledgerId: number,
): Pick<NaiveLedger, 'accounts' | 'balances' | 'entries'> {
  const own = <V>(table: ReadonlyMap<string, V>) =>
    [...table].flatMap(([key, row]) =>
      key.startsWith(`${ledgerId}/`) ? [[key, row] as const] : [],
    );
  const names = new Map<number | null, string>();
  const balances = own(database.balances).map(([, balance]) => {
    const { address, asset, id, posted, held, overdraftLimit, maxBalance } = balance;
    const name = `${address} ${asset}`;
    names.set(id, name);
    const limits = { overdraft: overdraftLimit ?? 'none', max: maxBalance ?? 'none' } as const;
    return [name, { posted, held, ...limits }] as const;
  });
  const entries = own(database.entries).map(([, { sequence, balanceId, amount, balanceAfter }]) => {
    return { sequence, balance: names.get(balanceId) ?? 'none', amount, balanceAfter };
  });
  const accounts = own(database.accounts).map(
    ([key, frozen]) => [key.slice(key.indexOf('/') + 1), frozen] as const,
  );
  return { accounts: new Map(accounts), balances: new Map(balances), entries };
}

function readState(database: MemoryDatabase, commands: readonly Command[]): BatchState {
  const ids = commands.map(({ ledgerId, id }) => transactionKey(ledgerId, id));
  const sides = commands.flatMap(({ ledgerId, postings }) =>
    postings.flatMap(({ source, destination, asset }) =>
      [source, destination].map((address) => ({ ledgerId, address, asset })),
    ),
  );
  const transactions = pick(database.transactions, ids);
  return {
    ledgers: pick(
      database.ledgers,
      commands.map(({ ledgerId }) => ledgerId).toSorted((a, b) => a - b),
    ),
    accounts: pick(
      database.accounts,
      sides.map(({ ledgerId, address }) => accountKey(ledgerId, address)),
    ),
    balances: pick(
      database.balances,
      sides.map(({ ledgerId, address, asset }) => balanceKey(ledgerId, address, asset)),
    ),
    transactions: new Map([...transactions].map(([key, { outcome }]) => [key, outcome])),
  };
}

function writeRows(database: MemoryDatabase, rows: BatchRows): void {
  for (const { after, firstSequence } of rows.ledgers) {
    expectSame('next sequence', database.ledgers.get(after.id)?.nextSequence, firstSequence);
    database.ledgers.set(after.id, after);
  }
  for (const { ledgerId, address } of rows.accounts)
    insert(database.accounts, accountKey(ledgerId, address), 'none');
  for (const { after, versionBefore, isNew } of rows.balances) {
    const key = balanceKey(after.ledgerId, after.address, after.asset);
    if (isNew) insert(database.balances, key, after);
    expectSame('version', isNew ? 0 : database.balances.get(key)?.version, versionBefore);
    database.balances.set(key, after);
  }
  for (const row of rows.transactions) {
    insert(database.transactions, transactionKey(row.command.ledgerId, row.command.id), row);
  }
  for (const row of rows.entries)
    insert(database.entries, `${row.ledgerId}/${row.balanceId}/${row.version}`, row);
}

function pick<K, V>(table: ReadonlyMap<K, V>, keys: readonly K[]): Map<K, V> {
  return new Map(
    keys.flatMap((key) => {
      const row = table.get(key);
      return row === undefined ? [] : [[key, row] as const];
    }),
  );
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
