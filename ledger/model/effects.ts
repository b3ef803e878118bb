import type { Command, Posting } from '@razao/shared/contract/command.ts';
import { balanceOf, entriesOf, postingsOf } from './books.ts';
import type {
  ReferenceLedger,
  ReferenceRejection,
  ReferenceTransaction,
} from './reference-ledger.ts';

/** What a ledger does with a command, once it is known which rules that breaks; returns what it becomes. */
export function perform(
  ledger: ReferenceLedger,
  command: Command,
  broken: readonly ReferenceRejection[],
): ReferenceTransaction {
  const { id, fingerprint, kind } = command;
  const sequence = ledger.nextSequence;
  const isRejected = broken.length > 0;
  const isBare = broken.some(({ code }) => code === 'processing_failed');
  const unmoved = 'postings' in command && !isBare ? command.postings : [];
  const asked = isRejected ? unmoved : postingsOf(ledger, command);
  const postings = asked.map(({ source, destination, asset, amount }) => ({
    source,
    destination,
    asset,
    amount,
  }));
  const nothing = postings.map(() => 0n);
  const effect = isBare ? null : isRejected ? effectAsked(command) : effectOf(ledger, command);
  const transaction: ReferenceTransaction = {
    ...{ id, fingerprint, kind, sequence, version: sequence, postings, broken },
    target: 'target' in command && !isBare ? command.target : null,
    status: isRejected ? 'rejected' : kind === 'hold' ? 'pending' : 'posted',
    effectiveAt: effect ?? ledger.postedAt,
    expiresAt: command.kind === 'hold' ? command.expiresAt : null,
    captured: nothing,
    reverted: nothing,
  };
  if (!isRejected) change(ledger, command, postings, effect);
  ledger.transactions.set(id, transaction);
  ledger.nextSequence += 1;
  return transaction;
}

function effectAsked(command: Command): string | null {
  return 'effectiveAt' in command ? (command.effectiveAt ?? null) : null;
}

/** Null: when it is posted. What follows a transaction takes effect no earlier than that. */
function effectOf(ledger: ReferenceLedger, command: Command): string | null {
  const asked = effectAsked(command);
  if (asked !== null || (command.kind !== 'capture' && command.kind !== 'revert')) return asked;
  const { effectiveAt } = targetOf(ledger, command.target);
  return effectiveAt > ledger.postedAt ? effectiveAt : null;
}

function change(
  ledger: ReferenceLedger,
  command: Command,
  postings: readonly Posting[],
  effectiveAt: string | null,
): void {
  const sequence = ledger.nextSequence;
  switch (command.kind) {
    case 'transfer':
      fixScales(ledger, postings);
      enter(ledger, postings, sequence, effectiveAt);
      return;
    case 'hold':
      fixScales(ledger, postings);
      for (const { source, asset, amount } of postings)
        holdMore(ledger, sequence, `${source} ${asset}`, BigInt(amount));
      return;
    case 'capture':
      enter(ledger, postings, sequence, effectiveAt);
      capture(ledger, command.target, postings, command.final, sequence);
      return;
    case 'release':
      end(ledger, command.target, 'released', sequence);
      return;
    case 'expiry':
      end(ledger, command.target, 'expired', sequence);
      return;
    case 'revert': {
      enter(ledger, postings, sequence, effectiveAt);
      const back = postings.toReversed();
      const { reverted } = targetOf(ledger, command.target);
      update(ledger, command.target, sequence, {
        reverted: reverted.map((amount, i) => amount + BigInt(back[i]?.amount ?? 0)),
      });
    }
  }
}

function fixScales(ledger: ReferenceLedger, postings: readonly Posting[]): void {
  for (const { asset } of postings) ledger.scales.set(asset.replace(/\/.*/, ''), asset);
}

function enter(
  ledger: ReferenceLedger,
  postings: readonly Posting[],
  sequence: number,
  effectiveAt: string | null,
): void {
  for (const entry of entriesOf(ledger, postings)) {
    touch(ledger, entry.balance, { posted: entry.balanceAfter });
    ledger.entries.push({ ...entry, sequence, effectiveAt });
  }
}

function capture(
  ledger: ReferenceLedger,
  id: string,
  postings: readonly Posting[],
  final: boolean,
  sequence: number,
): void {
  const hold = targetOf(ledger, id);
  const captured = hold.captured.map((amount, i) => amount + BigInt(postings[i]?.amount ?? 0));
  const [before, rest] = [left(hold), left({ ...hold, captured })];
  const isOver = final || rest.every((amount) => amount === 0n);
  for (const [i, { source, asset }] of hold.postings.entries()) {
    const after = isOver ? 0n : (rest[i] ?? 0n);
    holdMore(ledger, sequence, `${source} ${asset}`, after - (before[i] ?? 0n));
  }
  update(ledger, id, sequence, { captured, ...(isOver ? { status: 'posted' } : {}) });
}

function end(
  ledger: ReferenceLedger,
  id: string,
  status: 'released' | 'expired',
  sequence: number,
): void {
  const hold = targetOf(ledger, id);
  for (const [i, { source, asset }] of hold.postings.entries())
    holdMore(ledger, sequence, `${source} ${asset}`, -(left(hold)[i] ?? 0n));
  update(ledger, id, sequence, { status });
}

/** Changes a transaction that another one acts on. */
function update(
  ledger: ReferenceLedger,
  id: string,
  version: number,
  change: Partial<ReferenceTransaction>,
): void {
  ledger.transactions.set(id, { ...targetOf(ledger, id), ...change, version });
}

function holdMore(
  ledger: ReferenceLedger,
  sequence: number,
  balance: string,
  amount: bigint,
): void {
  touch(ledger, balance, { held: balanceOf(ledger, balance).held + amount });
  const key = `${sequence} ${balance}`;
  ledger.heldChanges.set(key, (ledger.heldChanges.get(key) ?? 0n) + amount);
}

function touch(
  ledger: ReferenceLedger,
  balance: string,
  after: { posted: bigint } | { held: bigint },
): void {
  const [account = ''] = balance.split(' ');
  if (!ledger.accounts.has(account)) ledger.accounts.set(account, 'none');
  ledger.balances.set(balance, { ...balanceOf(ledger, balance), ...after });
}

function left({ postings, captured }: ReferenceTransaction): bigint[] {
  return postings.map(({ amount }, index) => BigInt(amount) - (captured[index] ?? 0n));
}

function targetOf(ledger: ReferenceLedger, id: string): ReferenceTransaction {
  const target = ledger.transactions.get(id);
  if (!target) throw new Error(`there is no transaction ${id}`);
  return target;
}
