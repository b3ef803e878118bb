import type { HoldCommand, TransferCommand } from '@razao/shared/contract/command.ts';
import { rejection } from '@razao/shared/contract/rejections.ts';
import { sumOf } from '../../model/books.ts';
import type { ReferenceBalance, ReferenceTransaction } from '../../model/reference-ledger.ts';
import { type BalanceState, transactionKey } from '../../src/state.ts';
import { accountKey, balanceKey } from '../memory/flat-books.ts';
import type { MemoryDatabase } from '../memory/memory-tables.ts';
import { createReferenceLedgers, LEDGERS, POSTED_AT, type World } from './worlds.ts';

/** A world as rows. */
export function createDatabase(world: World): MemoryDatabase {
  const database: MemoryDatabase = {
    ledgers: new Map(),
    accounts: new Map(),
    balances: new Map(),
    transactions: new Map(),
    entries: new Map(),
    heldChanges: new Map(),
    datedEntries: new Map(),
    holds: new Map(),
    reverted: new Map(),
    assets: new Map(),
  };
  for (const [uid, ledger] of createReferenceLedgers(world)) {
    const { explicit, accounts, balances, scales, transactions } = ledger;
    for (const [address, frozen] of accounts)
      database.accounts.set(accountKey(uid, address), frozen);
    for (const [index, [key, balance]] of [...balances].entries()) {
      const row = { ...balanceRow(uid, key, balance), id: index + 1 };
      database.balances.set(balanceKey(uid, row.address, row.asset), row);
    }
    for (const [code, asset] of scales)
      database.assets.set(`${uid}/${code}`, asset.replace(/.*\//, ''));
    const own = world.stored.filter(({ command }) => command.ledgerUid === uid);
    for (const { command } of own)
      addTransaction(database, command, required(transactions.get(command.id)));
    database.ledgers.set(uid, {
      id: LEDGERS.indexOf(uid) + 1,
      uid,
      accounts: explicit ? 'explicit' : 'auto',
      nextSequence: ledger.nextSequence,
      nextBalance: balances.size + 1,
      settingsVersion: 0,
      hash: Buffer.alloc(32).toString('base64'),
      postedAt: POSTED_AT,
    });
  }
  return database;
}

function addTransaction(
  database: MemoryDatabase,
  command: TransferCommand | HoldCommand,
  transaction: ReferenceTransaction,
): void {
  const { ledgerUid, id, kind, fingerprint, acceptedAt } = command;
  const { status, version, postings, expiresAt } = transaction;
  const key = transactionKey(ledgerUid, id);
  const isRejected = status === 'rejected';
  const facts = { kind, fingerprint, acceptedAt, postedAt: POSTED_AT, sequence: version, version };
  const outcome = {
    ...facts,
    status: isRejected ? status : kind === 'hold' ? 'pending' : 'posted',
    rejection: isRejected ? rejection('account_unknown', { account: 'dave' }) : null,
  } as const;
  const { effectiveAt } = command;
  database.transactions.set(key, {
    ...{ command, outcome, hash: '', postings, effectiveAt },
    bare: false,
  });
  const place = { ledgerUid, id, changed: version };
  if (expiresAt !== null && status !== 'rejected') {
    const whole = postings.map(({ amount }) => BigInt(amount));
    const amount = sumOf(transaction, whole);
    const captured = amount === null ? 0n : (sumOf(transaction, transaction.captured) ?? 0n);
    database.holds.set(key, { ...place, status, expiresAt, amount, captured });
  }
  if (transaction.reverted.some((amount) => amount > 0n))
    database.reverted.set(key, { ...place, amount: sumOf(transaction, transaction.reverted) });
}

function balanceRow(ledgerUid: string, key: string, balance: ReferenceBalance): BalanceState {
  const [address = '', asset = ''] = key.split(' ');
  const { posted, held, overdraft, max } = balance;
  return {
    ledgerUid,
    address,
    asset,
    id: null,
    posted,
    held,
    overdraftLimit: overdraft === 'none' ? null : overdraft,
    maxBalance: max === 'none' ? null : max,
    version: posted === 0n && held === 0n ? 0 : 3,
  };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing');
  return value;
}
