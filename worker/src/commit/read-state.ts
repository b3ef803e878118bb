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
  await readAccounts(session, unknownAccounts(touched, books));
  await readBalances(session, unknownBalances(touched, books));
  await readScales(session, unknownScales(touched, books));
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

/** The touched accounts that are not known, whether they exist or not; once for each of their assets. */
function unknownAccounts(touched: Touched, books: Books): Keys {
  const unknown: [number, string][] = [];
  for (const { ledgerId, book, addresses } of assetsOf(touched, books)) {
    for (const address of addresses)
      if (!book?.accounts.has(address)) unknown.push([ledgerId, address]);
  }
  return toKeys(unknown);
}

/** The touched balances that are not known, whether they exist or not. */
function unknownBalances(touched: Touched, books: Books): Keys {
  const unknown: [number, string, string][] = [];
  for (const { ledgerId, asset, balances, addresses } of assetsOf(touched, books)) {
    for (const address of addresses)
      if (!balances?.has(address)) unknown.push([ledgerId, address, asset]);
  }
  return toKeys(unknown);
}

/** The asset codes whose scale is not known. A balance that was used before is of an asset whose scale fits. */
function unknownScales(touched: Touched, books: Books): Keys {
  const unknown: [number, string][] = [];
  for (const { ledgerId, book, asset, balances, addresses } of assetsOf(touched, books)) {
    const code = asset.slice(0, asset.indexOf('/'));
    if (book?.scales.has(code)) continue;
    for (const address of addresses) {
      if ((balances?.get(address)?.version ?? 0) > 0) continue;
      unknown.push([ledgerId, code]);
      break;
    }
  }
  return toKeys(unknown);
}

function* assetsOf(touched: Touched, books: Books) {
  for (const [ledgerId, ofLedger] of touched) {
    const book = books.get(ledgerId);
    for (const [asset, addresses] of ofLedger)
      yield { ledgerId, book, asset, balances: book?.balances.get(asset), addresses };
  }
}
