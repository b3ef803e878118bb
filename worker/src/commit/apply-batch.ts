import type { Command, Outcome } from '@razao/shared/contract/command.ts';
import { type Rejection, rejection } from '@razao/shared/contract/rejections.ts';
import { chainHash } from './chain-hash.ts';
import { judgeTransfer, type Move } from './judge-transfer.ts';
import type { BalanceRow, BatchRows, CommandResult, EntryRow, TransactionRow } from './rows.ts';
import { accountKey, type BatchState, type LedgerState, transactionKey } from './state.ts';
import { createWorkingBalances, type WorkingBalances } from './working-balances.ts';

type Work = {
  state: BatchState;
  ledgers: Map<number, LedgerState>;
  balances: WorkingBalances;
  outcomes: Map<string, Outcome>;
  transactions: TransactionRow[];
  entries: EntryRow[];
};

/**
 * The rules of the ledger, as a pure function: applies commands one after the other to what a batch read, and returns one
 * result for each and the rows to write. Neither argument is changed. `unprocessable` holds the `transactionKey`s of
 * commands that must be rejected as `processing_failed` unseen. Throws where the state lacks a command's ledger, or where
 * a transaction's entries do not cancel out: both are bugs.
 */
export function applyBatch(
  state: BatchState,
  commands: readonly Command[],
  unprocessable: ReadonlySet<string> = new Set(),
): { results: CommandResult[]; rows: BatchRows } {
  const work: Work = {
    state,
    ledgers: new Map([...state.ledgers].map(([id, ledger]) => [id, { ...ledger }])),
    balances: createWorkingBalances(state.balances),
    outcomes: new Map(state.transactions),
    transactions: [],
    entries: [],
  };
  const results = commands.map((command) => applyCommand(work, command, unprocessable));
  return { results, rows: collectRows(work) };
}

function applyCommand(
  work: Work,
  command: Command,
  unprocessable: ReadonlySet<string>,
): CommandResult {
  const key = transactionKey(command.ledgerId, command.id);
  const stored = work.outcomes.get(key);
  if (stored)
    return { outcome: stored, replay: true, conflict: stored.fingerprint !== command.fingerprint };
  const ledger = work.ledgers.get(command.ledgerId);
  if (!ledger) throw new Error(`the batch did not read ledger ${command.ledgerId}`);
  const bare = unprocessable.has(key);
  const judged = bare
    ? rejection('processing_failed')
    : judgeTransfer(ledger, work.state.accounts, work.balances, command.postings);
  const outcome = Array.isArray(judged)
    ? post(work, ledger, command, judged)
    : outcomeOf(ledger, command, 'rejected', judged);
  ledger.hash = chainHash(ledger.hash, command.id, outcome);
  ledger.nextSequence += 1;
  work.transactions.push({ command, outcome, hash: ledger.hash, bare });
  work.outcomes.set(key, outcome);
  return { outcome, replay: false, conflict: false };
}

function post(work: Work, ledger: LedgerState, command: Command, moves: readonly Move[]): Outcome {
  let total = 0n;
  for (const { balance, amount, balanceAfter } of moves) {
    total += amount;
    balance.id ??= ledger.nextBalance++;
    balance.posted = balanceAfter;
    balance.version += 1;
    work.entries.push({
      ledgerId: ledger.id,
      balanceId: balance.id,
      version: balance.version,
      sequence: ledger.nextSequence,
      amount,
      balanceAfter,
    });
  }
  if (total !== 0n) throw new Error(`the entries of transaction ${command.id} add up to ${total}`);
  return outcomeOf(ledger, command, 'posted', null);
}

function outcomeOf(
  ledger: LedgerState,
  command: Command,
  status: 'posted' | 'rejected',
  cause: Rejection | null,
): Outcome {
  return {
    status,
    kind: command.kind,
    sequence: ledger.nextSequence,
    fingerprint: command.fingerprint,
    acceptedAt: command.acceptedAt,
    postedAt: ledger.postedAt,
    rejection: cause,
  };
}

function collectRows(work: Work): BatchRows {
  const balances: BalanceRow[] = [];
  const accounts = new Map<string, { ledgerId: number; address: string }>();
  const addresses = new Map<number, Set<string>>();
  for (const { versionBefore, isNew, ...after } of work.balances.changed()) {
    const { ledgerId, address, id } = after;
    if (id === null) throw new Error(`balance ${address} changed without an id`);
    balances.push({ after: { ...after, id }, versionBefore, isNew });
    const key = accountKey(ledgerId, address);
    if (!work.state.accounts.has(key)) accounts.set(key, { ledgerId, address });
    const touched = addresses.get(ledgerId) ?? new Set();
    addresses.set(ledgerId, touched.add(address));
  }
  const ledgers = [...work.ledgers.values()].flatMap((after) => {
    const firstSequence = work.state.ledgers.get(after.id)?.nextSequence ?? after.nextSequence;
    if (after.nextSequence === firstSequence) return [];
    return [{ after, firstSequence, addresses: [...(addresses.get(after.id) ?? [])] }];
  });
  return {
    ledgers,
    accounts: [...accounts.values()],
    balances,
    transactions: work.transactions,
    entries: work.entries,
  };
}
