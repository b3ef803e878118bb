import {
  applyToReference,
  createReferenceLedger,
  type ReferenceLedger,
  type ReferenceTransaction,
} from '@razao/ledger/model/reference-ledger.ts';
import { brokenBy } from '@razao/ledger/model/rules.ts';
import type { Command } from '@razao/shared/contract/command.ts';
import type { Limits } from '../accounts.ts';
import { MIX_ASSETS } from '../command.ts';
import { type Turn, toCommand } from './turn.ts';

/** What a command must have come to: any of the codes, or no rejection at all. */
export type Verdict = { codes: readonly string[]; transaction: ReferenceTransaction };

/** What must come out when the order of the commands is known, by the reference model. */
export type Model = {
  /** Of an atomic bulk all members, else one command alone. */
  apply(turns: readonly Turn[]): Verdict[];
  transactions: ReferenceLedger['transactions'];
  balances: ReferenceLedger['balances'];
  /** The reverts that went past a limit that would have stopped them otherwise. */
  forced: ReadonlySet<string>;
};

/** A ledger in which nothing has happened. */
export function createModel(limits: ReadonlyMap<string, Limits>): Model {
  const ledger = createReferenceLedger('');
  for (const [address, { overdraft, max }] of limits)
    for (const asset of MIX_ASSETS)
      ledger.balances.set(`${address} ${asset}`, {
        ...{ posted: 0n, held: 0n, overdraft },
        max: max ?? 'none',
      });
  const forced = new Set<string>();

  function noteForce(command: Command): void {
    if (command.kind !== 'revert' || !command.force) return;
    const isStopped = brokenBy(ledger, { ...command, force: false }).length > 0;
    if (isStopped && brokenBy(ledger, command).length === 0) forced.add(command.id);
  }

  return {
    apply(turns) {
      const [first] = turns;
      if (!first) return [];
      Object.assign(ledger, { nextSequence: first.sequence, postedAt: first.postedAt });
      const commands = turns.map(toCommand);
      for (const command of commands) noteForce(command);
      return applyToReference(ledger, commands).map(({ transaction }) => ({
        codes: transaction.broken.map(({ code }) => code),
        transaction,
      }));
    },
    transactions: ledger.transactions,
    balances: ledger.balances,
    forced,
  };
}
