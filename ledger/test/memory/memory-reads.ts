import type { Command, Posting } from '@razao/shared/contract/command.ts';
import { type BatchState, scaleKey, type TargetState, transactionKey } from '../../src/state.ts';
import { accountKey, balanceKey, toBooks } from './flat-books.ts';
import { type MemoryDatabase, presentOutcome } from './memory-tables.ts';

/** What a batch reads: what its commands name, and what their targets name. */
export function readFromMemory(database: MemoryDatabase, commands: readonly Command[]): BatchState {
  const own = commands.map(({ ledgerUid, id }) => transactionKey(ledgerUid, id));
  const actedOn = commands.flatMap((command) =>
    'target' in command ? [transactionKey(command.ledgerUid, command.target)] : [],
  );
  const before = commands.flatMap(({ ledgerUid, dependsOn }) =>
    dependsOn === undefined ? [] : [transactionKey(ledgerUid, dependsOn)],
  );
  const sides = commands.flatMap((command) =>
    postingsNamedBy(database, command).flatMap(({ source, destination, asset }) =>
      [source, destination].map((address) => ({ ledgerUid: command.ledgerUid, address, asset })),
    ),
  );
  const ledgerUids = commands.map(({ ledgerUid }) => ledgerUid).toSorted();
  return {
    ledgers: pick(ledgerUids, (id) => database.ledgers.get(id)),
    books: toBooks({
      accounts: pick(
        sides.map(({ ledgerUid, address }) => accountKey(ledgerUid, address)),
        (key) => database.accounts.get(key),
      ),
      balances: pick(
        sides.map(({ ledgerUid, address, asset }) => balanceKey(ledgerUid, address, asset)),
        (key) => database.balances.get(key),
      ),
      scales: pick(
        sides.map(({ ledgerUid, asset }) => scaleKey(ledgerUid, asset.replace(/\/.*/, ''))),
        (key) => database.assets.get(key),
      ),
    }),
    transactions: pick([...own, ...actedOn, ...before], (key) => presentOutcome(database, key)),
    targets: pick(actedOn, (key) => readTarget(database, key)),
  };
}

/** Those of a target in the same batch are named by the command that made it. */
function postingsNamedBy(database: MemoryDatabase, command: Command): readonly Posting[] {
  if ('postings' in command) return command.postings;
  const target = transactionKey(command.ledgerUid, command.target);
  return database.transactions.get(target)?.postings ?? [];
}

/** What was rejected cannot be acted on, and is not read. */
function readTarget(database: MemoryDatabase, key: string): TargetState | undefined {
  const row = database.transactions.get(key);
  if (!row || row.outcome.status === 'rejected') return undefined;
  const { postings, command, outcome, effectiveAt } = row;
  const hold = database.holds.get(key);
  const reverted = database.reverted.get(key);
  return {
    kind: command.kind,
    effectiveAt: effectiveAt ?? outcome.postedAt,
    postings,
    hold: hold
      ? {
          status: hold.status,
          expiresAt: hold.expiresAt,
          amount: hold.amount,
          captured: hold.captured,
        }
      : null,
    reverted: reverted ? { amount: reverted.amount } : null,
  };
}

function pick<K, V>(keys: readonly K[], read: (key: K) => V | undefined): Map<K, V> {
  return new Map(
    keys.flatMap((key) => {
      const row = read(key);
      return row === undefined ? [] : [[key, row] as const];
    }),
  );
}
