import type { Command, Posting } from '@razao/shared/contract/command.ts';
import type { LockSession } from './lock-session.ts';
import {
  lockLedgers,
  readAccounts,
  readBalances,
  readScales,
  readTargets,
  readTransactions,
} from './read-tables.ts';
import {
  accountKey,
  type BatchState,
  balanceKey,
  scaleKey,
  type TargetState,
  transactionKey,
} from './state.ts';
import { targetsOf } from './work.ts';

/** A revert names a capture, which names a hold, which has postings; nothing that moves money is further away. */
const HOPS_MAX = 3;

/**
 * Locks a batch's ledgers and reads everything that its commands can touch, as far as the session does not know it. The
 * session is inside a transaction. Throws `UnknownLedger`.
 */
export async function readState(
  session: LockSession,
  commands: readonly Command[],
): Promise<BatchState> {
  const ledgers = await lockLedgers(session, [
    ...new Set(commands.map((command) => command.ledgerId)),
  ]);
  const actedOn = targetsOf(commands);
  const transactions = await readTransactions(session, [
    ...commands.map(({ ledgerId, id }) => [ledgerId, id] as const),
    ...[...actedOn.values()].map(({ ledgerId, id }) => [ledgerId, id] as const),
    ...commands.flatMap(({ ledgerId, dependsOn }) =>
      dependsOn === undefined ? [] : [[ledgerId, dependsOn] as const],
    ),
  ]);
  const stored = [...actedOn].flatMap(([key, { ledgerId, id }]) => {
    const outcome = transactions.get(key);
    return outcome && outcome.status !== 'rejected' ? [[ledgerId, id] as const] : [];
  });
  const targets = await readTargets(session, stored);
  const known = new Map([...ledgers.values()].map((row) => [row.id, session.known.of(row)]));
  const touched = touchedBy(commands, targets);
  const accounts = recall(touched.accounts, (id, key) => known.get(id)?.accounts.get(key));
  const balances = recall(touched.balances, (id, key) => known.get(id)?.balances.get(key));
  await readAccounts(session, accounts.missing, accounts.found);
  await readBalances(session, balances.missing, balances.found);
  const codes = new Map<string, readonly [number, string]>();
  for (const [key, [ledgerId, , asset]] of touched.balances) {
    // A balance that was used before is of an asset whose scale fits.
    if ((balances.found.get(key)?.version ?? 0) > 0) continue;
    const code = asset.slice(0, asset.indexOf('/'));
    codes.set(scaleKey(ledgerId, code), [ledgerId, code]);
  }
  const scales = recall(codes, (id, key) => known.get(id)?.scales.get(key));
  await readScales(session, scales.missing, scales.found);
  return {
    ledgers,
    transactions,
    targets,
    accounts: accounts.found,
    balances: balances.found,
    scales: scales.found,
  };
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

function touchedBy(commands: readonly Command[], targets: ReadonlyMap<string, TargetState>) {
  const accounts = new Map<string, readonly [number, string]>();
  const balances = new Map<string, readonly [number, string, string]>();
  const postingsOf = createPostingsOf(commands, targets);
  for (const command of commands) {
    const { ledgerId } = command;
    for (const { source, destination, asset } of postingsOf(command)) {
      for (const address of [source, destination]) {
        accounts.set(accountKey(ledgerId, address), [ledgerId, address]);
        balances.set(balanceKey(ledgerId, address, asset), [ledgerId, address, asset]);
      }
    }
  }
  return { accounts, balances };
}

/** The postings that a command can move: its own, or those of what it acts on, which may come in the same batch. */
function createPostingsOf(
  commands: readonly Command[],
  targets: ReadonlyMap<string, TargetState>,
): (command: Command) => readonly Posting[] {
  const acting = commands.some((command) => 'target' in command);
  const own = new Map(
    acting
      ? commands.map((command) => [transactionKey(command.ledgerId, command.id), command])
      : [],
  );
  return (command) => {
    let at: Command | undefined = command;
    for (let hops = 0; at && hops < HOPS_MAX; hops++) {
      if ('postings' in at) return at.postings;
      const key = transactionKey(at.ledgerId, at.target);
      const target = targets.get(key);
      if (target) return target.postings;
      at = own.get(key);
    }
    return [];
  };
}
