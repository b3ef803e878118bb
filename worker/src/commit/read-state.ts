import type { Command, Outcome, TransactionKind } from '@razao/shared/contract/command.ts';
import type { Rejection } from '@razao/shared/contract/rejections.ts';
import { loadCommand } from '@razao/sql/load.ts';
import { arrayLiteral } from './array-literal.ts';
import type { LockSession } from './lock-session.ts';
import {
  accountKey,
  type BalanceState,
  type BatchState,
  balanceKey,
  type Frozen,
  type LedgerState,
  transactionKey,
} from './state.ts';
import { UnknownLedger } from './unknown-ledger.ts';

const lockLedgers = loadCommand('lock_ledgers');
const readTransactions = loadCommand('read_transactions');
const readAccounts = loadCommand('read_accounts');
const readBalances = loadCommand('read_balances');

type LedgerRow = {
  id: number;
  accounts: 'auto' | 'explicit';
  next_sequence: string;
  next_balance: string;
  settings_version: string;
  chain_hash: string;
  posted_at: string;
};
type TransactionRow = {
  ledger_id: number;
  id: string;
  kind: TransactionKind;
  status: Outcome['status'];
  sequence: string;
  fingerprint: string;
  accepted_at: string;
  posted_at: string;
  rejection: Rejection | null;
};
type AccountRow = { ledger_id: number; address: string; frozen: Frozen };
type BalanceRow = {
  ledger_id: number;
  address: string;
  asset: string;
  id: string;
  posted: string;
  held: string;
  overdraft_limit: string | null;
  max_balance: string | null;
  version: string;
};

/**
 * Locks a batch's ledgers and reads everything that its commands can touch, as far as the session does not know it. The
 * session is inside a transaction. Throws `UnknownLedger`.
 */
export async function readState(
  session: LockSession,
  commands: readonly Command[],
): Promise<BatchState> {
  const ledgers = await lock(session, [...new Set(commands.map((command) => command.ledgerId))]);
  const transactions = await readStored(session, commands);
  const known = new Map([...ledgers.values()].map((row) => [row.id, session.known.of(row)]));
  const touched = touchedBy(commands);
  const accounts = recall(touched.accounts, (ledgerId, key) =>
    known.get(ledgerId)?.accounts.get(key),
  );
  const balances = recall(touched.balances, (ledgerId, key) =>
    known.get(ledgerId)?.balances.get(key),
  );
  if (accounts.missing.length > 0) {
    const { rows } = await session.query<AccountRow>(readAccounts, columns(accounts.missing));
    for (const row of rows) accounts.found.set(accountKey(row.ledger_id, row.address), row.frozen);
  }
  if (balances.missing.length > 0) {
    const { rows } = await session.query<BalanceRow>(readBalances, columns(balances.missing));
    for (const row of rows) {
      balances.found.set(balanceKey(row.ledger_id, row.address, row.asset), toBalance(row));
    }
  }
  return { ledgers, transactions, accounts: accounts.found, balances: balances.found };
}

type Key = readonly [ledgerId: number, ...names: string[]];

/** What is known of the touched rows, and the keys of those that have to be read. */
function recall<T>(
  touched: ReadonlyMap<string, Key>,
  know: (ledgerId: number, key: string) => T | undefined,
) {
  const found = new Map<string, T>();
  const missing: Key[] = [];
  for (const [key, columns] of touched) {
    const value = know(columns[0], key);
    if (value === undefined) missing.push(columns);
    else found.set(key, value);
  }
  return { found, missing };
}

async function lock(session: LockSession, ids: number[]): Promise<Map<number, LedgerState>> {
  const { rows } = await session.query<LedgerRow>(lockLedgers, [arrayLiteral(ids)]);
  if (rows.length < ids.length) {
    const there = new Set(rows.map(({ id }) => id));
    throw new UnknownLedger(new Set(ids.filter((id) => !there.has(id))));
  }
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        accounts: row.accounts,
        nextSequence: Number(row.next_sequence),
        nextBalance: Number(row.next_balance),
        settingsVersion: Number(row.settings_version),
        hash: row.chain_hash,
        postedAt: row.posted_at,
      },
    ]),
  );
}

async function readStored(
  session: LockSession,
  commands: readonly Command[],
): Promise<Map<string, Outcome>> {
  const keys = commands.map(({ ledgerId, id }) => [ledgerId, id] as const);
  const { rows } = await session.query<TransactionRow>(readTransactions, columns(keys));
  return new Map(
    rows.map((row) => [
      transactionKey(row.ledger_id, row.id),
      {
        status: row.status,
        kind: row.kind,
        sequence: Number(row.sequence),
        fingerprint: row.fingerprint,
        acceptedAt: row.accepted_at,
        postedAt: row.posted_at,
        rejection: row.rejection,
      },
    ]),
  );
}

function touchedBy(commands: readonly Command[]) {
  const accounts = new Map<string, readonly [number, string]>();
  const balances = new Map<string, readonly [number, string, string]>();
  for (const { ledgerId, postings } of commands) {
    for (const { source, destination, asset } of postings) {
      for (const address of [source, destination]) {
        accounts.set(accountKey(ledgerId, address), [ledgerId, address]);
        balances.set(balanceKey(ledgerId, address, asset), [ledgerId, address, asset]);
      }
    }
  }
  return { accounts, balances };
}

function columns(rows: Iterable<readonly (string | number)[]>): string[] {
  const columns: (string | number)[][] = [[], [], []];
  let width = 0;
  for (const row of rows) {
    width = row.length;
    for (const [i, value] of row.entries()) columns[i]?.push(value);
  }
  return columns.slice(0, width).map(arrayLiteral);
}

function toBalance(row: BalanceRow): BalanceState {
  return {
    ledgerId: row.ledger_id,
    address: row.address,
    asset: row.asset,
    id: Number(row.id),
    posted: BigInt(row.posted),
    held: BigInt(row.held),
    overdraftLimit: row.overdraft_limit === null ? null : BigInt(row.overdraft_limit),
    maxBalance: row.max_balance === null ? null : BigInt(row.max_balance),
    version: Number(row.version),
  };
}
