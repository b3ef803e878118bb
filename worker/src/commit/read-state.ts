import type { BatchState } from '@razao/ledger/state.ts';
import { type Touched, touchedBy } from '@razao/ledger/touched.ts';
import { targetsOf } from '@razao/ledger/work.ts';
import type { Command } from '@razao/shared/contract/command.ts';
import type { LockSession } from '../leadership/lock-session.ts';
import { type Keys, lockLedgers, openTables, toKeys } from './read-tables.ts';

type ActedOn = ReturnType<typeof targetsOf>;
type Books = BatchState['books'];

/**
 * Locks a batch's ledgers and reads everything that its commands can touch, as far as the session does not know it. The
 * session is inside a transaction. Throws `UnknownLedger`.
 */
export async function readState(
  session: LockSession,
  commands: readonly Command[],
): Promise<{ state: BatchState; touched: Touched }> {
  const ledgers = await lockLedgers(session, [
    ...new Set(commands.map((command) => command.ledgerUid)),
  ]);
  const books = session.known.open(ledgers.values());
  const tables = openTables(session, ledgers);
  const actedOn = targetsOf(commands);
  const transactions = await tables.readTransactions(transactionsOf(commands, actedOn));
  const targets = await tables.readTargets(actableOf(actedOn, transactions));
  const touched = touchedBy(commands, targets);
  const { accounts, balances } = unknownRows(touched, books);
  await tables.readAccounts(accounts);
  await tables.readBalances(balances);
  await tables.readScales(unknownScales(session, touched, books));
  return { state: { ledgers, books, transactions, targets }, touched };
}

/** The commands' own transactions, those that they act on, and those that they depend on. */
function transactionsOf(commands: readonly Command[], actedOn: ActedOn): Keys {
  const ledgerUids = commands.map((command) => command.ledgerUid);
  const ids = commands.map((command) => command.id);
  for (const target of actedOn.values()) {
    ledgerUids.push(target.ledgerUid);
    ids.push(target.id);
  }
  for (const { ledgerUid, dependsOn } of commands) {
    if (dependsOn === undefined) continue;
    ledgerUids.push(ledgerUid);
    ids.push(dependsOn);
  }
  return { ledgerUids, names: [ids] };
}

/** What was rejected cannot be acted on, and is not read. */
function actableOf(actedOn: ActedOn, transactions: BatchState['transactions']): Keys {
  const actable: [string, string][] = [];
  for (const [key, { ledgerUid, id }] of actedOn) {
    const outcome = transactions.get(key);
    if (outcome && outcome.status !== 'rejected') actable.push([ledgerUid, id]);
  }
  return toKeys(actable);
}

/** The touched accounts and balances that are not known, whether they exist or not. */
function unknownRows(touched: Touched, books: Books): { accounts: Keys; balances: Keys } {
  const accounts: [string, string][] = [];
  const balances: [string, string, string][] = [];
  for (const { ledgerUid, book, asset, known, addresses } of assetsOf(touched, books)) {
    for (const address of addresses) {
      // Whoever has a balance is an account, and they are read together.
      if (known?.has(address)) continue;
      balances.push([ledgerUid, address, asset]);
      if (!book?.accounts.has(address)) accounts.push([ledgerUid, address]);
    }
  }
  return { accounts: toKeys(accounts), balances: toKeys(balances) };
}

/** The asset codes that have to be read: where one balance was used before, the scale of its asset is that of the code. */
function unknownScales(session: LockSession, touched: Touched, books: Books): Keys {
  const unknown: [string, string][] = [];
  for (const { ledgerUid, book, asset, known, addresses } of assetsOf(touched, books)) {
    const [code = '', scale = ''] = asset.split('/');
    if (book?.scales.has(code)) continue;
    const isUsed = (address: string) => (known?.get(address)?.version ?? 0) > 0;
    if (addresses.values().some(isUsed)) session.known.addScale(ledgerUid, code, scale);
    else unknown.push([ledgerUid, code]);
  }
  return toKeys(unknown);
}

/** What is touched, asset by asset; `known` are the balances of the asset that are known. */
function* assetsOf(touched: Touched, books: Books) {
  for (const [ledgerUid, ofLedger] of touched) {
    const book = books.get(ledgerUid);
    for (const [asset, addresses] of ofLedger)
      yield { ledgerUid, book, asset, known: book?.balances.get(asset), addresses };
  }
}
