import type { Command } from '@razao/shared/contract/command.ts';
import type { LockSession } from './lock-session.ts';
import {
  type Keys,
  lockLedgers,
  readAccounts,
  readBalances,
  readScales,
  readTargets,
  readTransactions,
  toKeys,
} from './read-tables.ts';
import type { BatchState } from './state.ts';
import { type Touched, touchedBy } from './touched.ts';
import { targetsOf } from './work.ts';

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
    ...new Set(commands.map((command) => command.ledgerId)),
  ]);
  const books = session.known.open(ledgers.values());
  const actedOn = targetsOf(commands);
  const transactions = await readTransactions(session, transactionsOf(commands, actedOn));
  const targets = await readTargets(session, actableOf(actedOn, transactions));
  const touched = touchedBy(commands, targets);
  const { accounts, balances } = unknownRows(touched, books);
  await readAccounts(session, accounts);
  await readBalances(session, balances);
  await readScales(session, unknownScales(session, touched, books));
  return { state: { ledgers, books, transactions, targets }, touched };
}

/** The commands' own transactions, those that they act on, and those that they depend on. */
function transactionsOf(commands: readonly Command[], actedOn: ActedOn): Keys {
  const ledgerIds = commands.map((command) => command.ledgerId);
  const ids = commands.map((command) => command.id);
  for (const target of actedOn.values()) {
    ledgerIds.push(target.ledgerId);
    ids.push(target.id);
  }
  for (const { ledgerId, dependsOn } of commands) {
    if (dependsOn === undefined) continue;
    ledgerIds.push(ledgerId);
    ids.push(dependsOn);
  }
  return { ledgerIds, names: [ids] };
}

/** What was rejected cannot be acted on, and is not read. */
function actableOf(actedOn: ActedOn, transactions: BatchState['transactions']): Keys {
  const actable: [number, string][] = [];
  for (const [key, { ledgerId, id }] of actedOn) {
    const outcome = transactions.get(key);
    if (outcome && outcome.status !== 'rejected') actable.push([ledgerId, id]);
  }
  return toKeys(actable);
}

/** The touched accounts and balances that are not known, whether they exist or not. */
function unknownRows(touched: Touched, books: Books): { accounts: Keys; balances: Keys } {
  const accounts: [number, string][] = [];
  const balances: [number, string, string][] = [];
  for (const { ledgerId, book, asset, known, addresses } of assetsOf(touched, books)) {
    for (const address of addresses) {
      // Whoever has a balance is an account, and they are read together.
      if (known?.has(address)) continue;
      balances.push([ledgerId, address, asset]);
      if (!book?.accounts.has(address)) accounts.push([ledgerId, address]);
    }
  }
  return { accounts: toKeys(accounts), balances: toKeys(balances) };
}

/** The asset codes that have to be read: where one balance was used before, the scale of its asset is that of the code. */
function unknownScales(session: LockSession, touched: Touched, books: Books): Keys {
  const unknown: [number, string][] = [];
  for (const { ledgerId, book, asset, known, addresses } of assetsOf(touched, books)) {
    const [code = '', scale = ''] = asset.split('/');
    if (book?.scales.has(code)) continue;
    const isUsed = (address: string) => (known?.get(address)?.version ?? 0) > 0;
    if (addresses.values().some(isUsed)) session.known.addScale(ledgerId, code, scale);
    else unknown.push([ledgerId, code]);
  }
  return toKeys(unknown);
}

/** What is touched, asset by asset; `known` are the balances of the asset that are known. */
function* assetsOf(touched: Touched, books: Books) {
  for (const [ledgerId, ofLedger] of touched) {
    const book = books.get(ledgerId);
    for (const [asset, addresses] of ofLedger)
      yield { ledgerId, book, asset, known: book?.balances.get(asset), addresses };
  }
}
