import type { Command, Posting } from '@razao/shared/contract/command.ts';
import type {
  ReferenceBalance,
  ReferenceEntry,
  ReferenceLedger,
  ReferenceTransaction,
} from './reference-ledger.ts';

/** What can be read off a reference ledger. */

/** A balance that was never used has nothing; the outside has no lower limit. */
export function balanceOf(ledger: ReferenceLedger, key: string): ReferenceBalance {
  const overdraft = key.startsWith('world ') ? 'none' : 0n;
  return ledger.balances.get(key) ?? { posted: 0n, held: 0n, overdraft, max: 'none' };
}

export function placeOf(balance: string): { account: string; asset: string } {
  const [account = '', asset = ''] = balance.split(' ');
  return { account, asset };
}

/** The entries that postings would make. */
export function entriesOf(
  ledger: ReferenceLedger,
  postings: readonly Posting[],
): Pick<ReferenceEntry, 'balance' | 'amount' | 'balanceAfter'>[] {
  const entries: Pick<ReferenceEntry, 'balance' | 'amount' | 'balanceAfter'>[] = [];
  const enter = (balance: string, amount: bigint) => {
    const last = entries.findLast((entry) => entry.balance === balance);
    const balanceAfter = (last?.balanceAfter ?? balanceOf(ledger, balance).posted) + amount;
    entries.push({ balance, amount, balanceAfter });
  };
  for (const { source, destination, asset, amount } of postings) {
    enter(`${source} ${asset}`, -BigInt(amount));
    enter(`${destination} ${asset}`, BigInt(amount));
  }
  return entries;
}

/** What a command moves, holds or frees; its target, if it has one, exists. */
export function postingsOf(ledger: ReferenceLedger, command: Command): readonly Posting[] {
  if ('postings' in command) return command.postings;
  const target = ledger.transactions.get(command.target);
  if (!target) throw new Error(`there is no transaction ${command.target}`);
  const amount = 'amount' in command ? command.amount : null;
  const gone = command.kind === 'revert' ? target.reverted : target.captured;
  const parts = target.postings.map((posting, i) => ({
    ...posting,
    amount: amount ?? String(BigInt(posting.amount) - (gone[i] ?? 0n)),
  }));
  if (command.kind !== 'revert') return parts;
  return parts.toReversed().map(({ source, destination, ...rest }) => ({
    ...rest,
    source: destination,
    destination: source,
  }));
}

/** The sum over all of a transaction's postings; null where they are of several assets. */
export function sumOf({ postings }: ReferenceTransaction, parts: readonly bigint[]): bigint | null {
  const assets = new Set(postings.map(({ asset }) => asset));
  return assets.size > 1 ? null : parts.reduce((sum, part) => sum + part, 0n);
}
