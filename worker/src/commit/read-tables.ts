import {
  type BalanceState,
  type Frozen,
  type HoldState,
  type LedgerState,
  type TargetState,
  transactionKey,
} from '@razao/ledger/state.ts';
import type { Outcome, TransactionKind } from '@razao/shared/contract/command.ts';
import { type OutcomeRow, toOutcome } from '@razao/shared/contract/outcome-row.ts';
import { loadCommand, type Statement } from '@razao/sql/load.ts';
import type { QueryResultRow } from 'pg';
import type { LockSession } from '../leadership/lock-session.ts';
import { arrayLiteral } from './array-literal.ts';
import { refuseForeign } from './foreign-database.ts';
import { UnknownLedger } from './unknown-ledger.ts';

const LOCK_LEDGERS = loadCommand('lock_ledgers');
const FIND_TRANSACTIONS = loadCommand('find_transactions');
const READ_TRANSACTIONS = loadCommand('read_transactions');
const READ_TARGETS = loadCommand('read_targets');
const READ_ACCOUNTS = loadCommand('read_accounts');
const READ_BALANCES = loadCommand('read_balances');
const READ_SCALES = loadCommand('read_scales');

/** Keys of rows, a list for each of their columns. */
export type Keys = { readonly ledgerUids: string[]; readonly names: readonly string[][] };

/** Keys that are given row by row. */
export function toKeys(rows: readonly (readonly [ledgerUid: string, ...names: string[]])[]): Keys {
  const [, ...first] = rows[0] ?? [''];
  return {
    ledgerUids: rows.map(([ledgerUid]) => ledgerUid),
    names: first.map((_, i) => rows.map((row) => row[i + 1] as string)),
  };
}

type LedgerRow = {
  id: number;
  uid: string;
  name: string;
  accounts: 'auto' | 'explicit';
  next_sequence: string;
  next_balance: string;
  settings_version: string;
  chain_hash: string;
  posted_at: string;
  now_ms: number;
  ahead_seconds: number;
  ahead_seconds_max: string | null;
  installation: string | null;
  redis: string | null;
};

/** Locks ledgers, by their uids, and reads their rows. Throws `WrongClock`, `ForeignDatabase` and `UnknownLedger`. */
export async function lockLedgers(
  session: LockSession,
  uids: string[],
): Promise<Map<string, LedgerState>> {
  const { rows } = await session.times.ask(session.shard, () =>
    session.query<LedgerRow>(LOCK_LEDGERS, [arrayLiteral(uids)]),
  );
  if (rows[0]) refuseForeign(session.bond, rows[0]);
  if (rows.length < uids.length) {
    const there = new Set(rows.map(({ uid }) => uid));
    throw new UnknownLedger(new Set(uids.filter((uid) => !there.has(uid))));
  }
  return new Map(
    rows.map((row) => [
      row.uid,
      {
        id: row.id,
        uid: row.uid,
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

/** Reads the rows of ledgers that are locked. */
export function openTables(session: LockSession, ledgers: ReadonlyMap<string, LedgerState>) {
  const uids = new Map(ledgers.values().map(({ id, uid }) => [id, uid]));
  const uidOf = (id: number): string => uids.get(id) ?? '';
  const idOf = (uid: string): number => ledgers.get(uid)?.id ?? 0;

  /** Nothing is asked where there are no keys. */
  async function readByKeys<R extends QueryResultRow>(
    statement: Statement,
    { ledgerUids, names }: Keys,
  ): Promise<R[]> {
    if (ledgerUids.length === 0) return [];
    const columns = [arrayLiteral(ledgerUids.map(idOf)), ...names.map(arrayLiteral)];
    return (await session.query<R>(statement, columns)).rows;
  }

  /** The keys of those transactions that exist. */
  async function findTransactions({ ledgerUids, names }: Keys): Promise<Keys> {
    const idsOf = Map.groupBy(names[0] ?? [], (_, i) => ledgerUids[i] ?? '');
    const firsts: number[] = [];
    const lasts: number[] = [];
    let last = 0;
    for (const { length } of idsOf.values()) {
      firsts.push(last + 1);
      last += length;
      lasts.push(last);
    }
    const columns = [[...idsOf.keys()].map(idOf), firsts, lasts, [...idsOf.values()].flat()];
    const { rows } = await session.query<{ ledger_id: number; id: string }>(
      FIND_TRANSACTIONS,
      columns.map(arrayLiteral),
    );
    return toKeys(rows.map(({ ledger_id, id }) => [uidOf(ledger_id), id]));
  }

  return {
    /** The outcomes of those transactions that exist, as they are now. */
    async readTransactions(keys: Keys): Promise<Map<string, Outcome>> {
      const found = await findTransactions(keys);
      const rows = await readByKeys<TransactionRow>(READ_TRANSACTIONS, found);
      return new Map(
        rows.map((row) => [transactionKey(uidOf(row.ledger_id), row.id), toOutcome(row)]),
      );
    },
    /** Transactions that are acted on, with what was made of them so far. */
    async readTargets(keys: Keys): Promise<Map<string, TargetState>> {
      const rows = await readByKeys<TargetRow>(READ_TARGETS, keys);
      return new Map(
        rows.map((row) => [transactionKey(uidOf(row.ledger_id), row.id), toTarget(row)]),
      );
    },
    /** Adds the accounts that exist to what is known. */
    async readAccounts(keys: Keys): Promise<void> {
      for (const row of await readByKeys<AccountRow>(READ_ACCOUNTS, keys))
        session.known.addAccount(uidOf(row.ledger_id), row.address, row.frozen);
    },
    /** Adds the balances that exist to what is known. */
    async readBalances(keys: Keys): Promise<void> {
      for (const row of await readByKeys<BalanceRow>(READ_BALANCES, keys))
        session.known.addBalance(toBalance(uidOf(row.ledger_id), row));
    },
    /** Adds the decimal places of the asset codes that are in use to what is known. */
    async readScales(keys: Keys): Promise<void> {
      for (const row of await readByKeys<ScaleRow>(READ_SCALES, keys))
        session.known.addScale(uidOf(row.ledger_id), row.code, row.scale);
    },
  };
}

type TransactionRow = OutcomeRow & { ledger_id: number; id: string };

type TargetRow = {
  ledger_id: number;
  id: string;
  kind: TransactionKind;
  effective_at: string;
  postings: [source: string, destination: string, asset: string, amount: string][];
  hold_status: HoldState['status'] | null;
  expires_at: string | null;
  hold_amount: string | null;
  captured: string | null;
  is_reverted: boolean;
  reverted_amount: string | null;
};

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
    effectiveAt: row.effective_at,
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

function toBalance(ledgerUid: string, row: BalanceRow): BalanceState {
  return {
    ledgerUid,
    address: row.address,
    asset: row.asset,
    id: Number(row.id),
    posted: BigInt(row.posted),
    held: BigInt(row.held),
    overdraftLimit: toAmount(row.overdraft_limit),
    maxBalance: toAmount(row.max_balance),
    version: Number(row.version),
  };
}

type ScaleRow = { ledger_id: number; code: string; scale: string };

function toAmount(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}
