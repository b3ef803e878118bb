import type { Outcome, TransactionKind } from '@razao/shared/contract/command.ts';
import type { Rejection } from '@razao/shared/contract/rejections.ts';
import { loadCommand } from '@razao/sql/load.ts';
import type { QueryResultRow } from 'pg';
import { arrayLiteral } from './array-literal.ts';
import type { LockSession } from './lock-session.ts';
import {
  type Frozen,
  type HoldState,
  type LedgerState,
  type TargetState,
  transactionKey,
} from './state.ts';
import { UnknownLedger } from './unknown-ledger.ts';

const LOCK_LEDGERS = loadCommand('lock_ledgers');
const FIND_TRANSACTIONS = loadCommand('find_transactions');
const READ_TRANSACTIONS = loadCommand('read_transactions');
const READ_TARGETS = loadCommand('read_targets');
const READ_ACCOUNTS = loadCommand('read_accounts');
const READ_BALANCES = loadCommand('read_balances');
const READ_SCALES = loadCommand('read_scales');

/** Keys of rows, a list for each of their columns. */
export type Keys = { readonly ledgerIds: number[]; readonly names: readonly string[][] };

/** Keys that are given row by row. */
export function toKeys(rows: readonly (readonly [ledgerId: number, ...names: string[]])[]): Keys {
  const [, ...first] = rows[0] ?? [0];
  return {
    ledgerIds: rows.map(([ledgerId]) => ledgerId),
    names: first.map((_, i) => rows.map((row) => row[i + 1] as string)),
  };
}

type LedgerRow = {
  id: number;
  accounts: 'auto' | 'explicit';
  next_sequence: string;
  next_balance: string;
  settings_version: string;
  chain_hash: string;
  posted_at: string;
};

/** Locks ledgers and reads their rows. Throws `UnknownLedger`. */
export async function lockLedgers(
  session: LockSession,
  ids: number[],
): Promise<Map<number, LedgerState>> {
  const { rows } = await session.query<LedgerRow>(LOCK_LEDGERS, [arrayLiteral(ids)]);
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

type TransactionRow = {
  ledger_id: number;
  id: string;
  version: string;
  kind: TransactionKind;
  status: Outcome['status'];
  sequence: string;
  fingerprint: string;
  accepted_at: string;
  posted_at: string;
  rejection: Rejection | null;
};

/** The outcomes of those transactions that exist, as they are now. */
export async function readTransactions(
  session: LockSession,
  keys: Keys,
): Promise<Map<string, Outcome>> {
  const found = await findTransactions(session, keys);
  const rows = await readByKeys<TransactionRow>(session, READ_TRANSACTIONS, found);
  return new Map(
    rows.map((row) => [
      transactionKey(row.ledger_id, row.id),
      {
        version: Number(row.version),
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

/** The keys of those transactions that exist. */
async function findTransactions(session: LockSession, { ledgerIds, names }: Keys): Promise<Keys> {
  const idsOf = Map.groupBy(names[0] ?? [], (_, i) => ledgerIds[i] ?? 0);
  const firsts: number[] = [];
  const lasts: number[] = [];
  let last = 0;
  for (const { length } of idsOf.values()) {
    firsts.push(last + 1);
    last += length;
    lasts.push(last);
  }
  const columns = [[...idsOf.keys()], firsts, lasts, [...idsOf.values()].flat()];
  const { rows } = await session.query<{ ledger_id: number; id: string }>(
    FIND_TRANSACTIONS,
    columns.map(arrayLiteral),
  );
  return toKeys(rows.map(({ ledger_id, id }) => [ledger_id, id]));
}

type TargetRow = {
  ledger_id: number;
  id: string;
  kind: TransactionKind;
  postings: [source: string, destination: string, asset: string, amount: string][];
  hold_status: HoldState['status'] | null;
  expires_at: string | null;
  hold_amount: string | null;
  captured: string | null;
  is_reverted: boolean;
  reverted_amount: string | null;
};

/** Transactions that are acted on, with what was made of them so far. */
export async function readTargets(
  session: LockSession,
  keys: Keys,
): Promise<Map<string, TargetState>> {
  const rows = await readByKeys<TargetRow>(session, READ_TARGETS, keys);
  return new Map(rows.map((row) => [transactionKey(row.ledger_id, row.id), toTarget(row)]));
}

function toTarget(row: TargetRow): TargetState {
  const { hold_status: status, expires_at: expiresAt } = row;
  const hold =
    status && expiresAt
      ? {
          status,
          expiresAt,
          amount: toAmount(row.hold_amount),
          captured: BigInt(row.captured ?? 0),
        }
      : null;
  return {
    kind: row.kind,
    postings: row.postings.map(([source, destination, asset, amount]) => ({
      source,
      destination,
      asset,
      amount,
    })),
    hold,
    reverted: row.is_reverted ? { amount: toAmount(row.reverted_amount) } : null,
  };
}

type AccountRow = { ledger_id: number; address: string; frozen: Frozen };

/** Adds the accounts that exist to what is known. */
export async function readAccounts(session: LockSession, keys: Keys): Promise<void> {
  for (const row of await readByKeys<AccountRow>(session, READ_ACCOUNTS, keys))
    session.known.addAccount(row.ledger_id, row.address, row.frozen);
}

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

/** Adds the balances that exist to what is known. */
export async function readBalances(session: LockSession, keys: Keys): Promise<void> {
  for (const row of await readByKeys<BalanceRow>(session, READ_BALANCES, keys)) {
    session.known.addBalance({
      ledgerId: row.ledger_id,
      address: row.address,
      asset: row.asset,
      id: Number(row.id),
      posted: BigInt(row.posted),
      held: BigInt(row.held),
      overdraftLimit: toAmount(row.overdraft_limit),
      maxBalance: toAmount(row.max_balance),
      version: Number(row.version),
    });
  }
}

type ScaleRow = { ledger_id: number; code: string; scale: string };

/** Adds the decimal places of the asset codes that are in use to what is known. */
export async function readScales(session: LockSession, keys: Keys): Promise<void> {
  for (const row of await readByKeys<ScaleRow>(session, READ_SCALES, keys))
    session.known.addScale(row.ledger_id, row.code, row.scale);
}

/** Nothing is asked where there are no keys. */
async function readByKeys<R extends QueryResultRow>(
  session: LockSession,
  statement: ReturnType<typeof loadCommand>,
  { ledgerIds, names }: Keys,
): Promise<R[]> {
  if (ledgerIds.length === 0) return [];
  const columns = [arrayLiteral(ledgerIds), ...names.map(arrayLiteral)];
  return (await session.query<R>(statement, columns)).rows;
}

function toAmount(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}
