import type { Command, Posting } from '@razao/shared/contract/command.ts';
import { type BalanceState, type BatchState, type TargetState, transactionKey } from './state.ts';

/** Balances that commands can touch: addresses by ledger and asset. */
export type Touched = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

/** A revert names a capture, which names a hold, which has postings; nothing that moves money is further away. */
const HOPS_MAX = 3;

/** What commands can touch; `targets` are the stored ones of those that they act on. */
export function touchedBy(
  commands: readonly Command[],
  targets: ReadonlyMap<string, TargetState>,
): Touched {
  const touched = new Map<string, Map<string, Set<string>>>();
  const postingsOf = createPostingsOf(commands, targets);
  for (const command of commands) {
    const ofLedger = touched.getOrInsertComputed(command.ledgerUid, () => new Map());
    for (const { source, destination, asset } of postingsOf(command)) {
      const ofAsset = ofLedger.getOrInsertComputed(asset, () => new Set());
      ofAsset.add(source).add(destination);
    }
  }
  return touched;
}

/** Those of the touched balances that exist. */
export function balancesOf(touched: Touched, books: BatchState['books']): BalanceState[] {
  const found: BalanceState[] = [];
  for (const [ledgerUid, ofLedger] of touched) {
    for (const [asset, addresses] of ofLedger) {
      const balances = books.get(ledgerUid)?.balances.get(asset);
      for (const address of addresses) {
        const balance = balances?.get(address);
        if (balance) found.push(balance);
      }
    }
  }
  return found;
}

/** The postings that a command can move: its own, or those of what it acts on, which may come in the same batch. */
function createPostingsOf(
  commands: readonly Command[],
  targets: ReadonlyMap<string, TargetState>,
): (command: Command) => readonly Posting[] {
  const acting = commands.some((command) => 'target' in command);
  const own = new Map(
    acting
      ? commands.map((command) => [transactionKey(command.ledgerUid, command.id), command])
      : [],
  );
  return (command) => {
    let at: Command | undefined = command;
    for (let hops = 0; at && hops < HOPS_MAX; hops++) {
      if ('postings' in at) return at.postings;
      const key = transactionKey(at.ledgerUid, at.target);
      const target = targets.get(key);
      if (target) return target.postings;
      at = own.get(key);
    }
    return [];
  };
}
