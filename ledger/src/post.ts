import type { Command } from '@razao/shared/contract/command.ts';
import { type LedgerState, scaleKey, transactionKey } from './state.ts';
import { type Move, type Plan, put, type Work } from './work.ts';
import { copyOf } from './working-balances.ts';

/** Applies what a command, of this `transactionKey`, does: to balances, to its target, and to what later commands of the batch can see of it. */
export function post(
  work: Work,
  ledger: LedgerState,
  command: Command,
  key: string,
  plan: Plan,
): void {
  const { effectiveAt } = plan;
  let total = 0n;
  for (const move of plan.moves) {
    total += move.amount;
    apply(work, ledger, move, effectiveAt);
  }
  if (total !== 0n) throw new Error(`the entries of transaction ${command.id} add up to ${total}`);
  for (const asset of plan.assets) fixScale(work, ledger, asset);
  if ('target' in command) changeTarget(work, ledger, command, plan);
  const { hold = null } = 'target' in command ? {} : plan;
  if (hold) {
    const { ledgerUid, id } = command;
    put(work, work.holds, key, { ledgerUid, id, changed: ledger.nextSequence, hold });
  }
  if (!work.actedOn.has(key)) return;
  const { kind } = command;
  // Without their conditions, which were for this once.
  const postings = plan.postings.map(({ source, destination, asset, amount }) => ({
    source,
    destination,
    asset,
    amount,
  }));
  const effect = effectiveAt ?? ledger.postedAt;
  put(work, work.targets, key, { kind, effectiveAt: effect, postings, hold, reverted: null });
}

function apply(work: Work, ledger: LedgerState, move: Move, effectiveAt: string | null): void {
  const { balance, amount, balanceAfter, held } = move;
  if (work.undo) {
    const before = copyOf(balance);
    work.undo.push(() => Object.assign(balance, before));
  }
  balance.id ??= ledger.nextBalance++;
  balance.version += 1;
  const { id: balanceId, version } = balance;
  const { uid: ledgerUid, nextSequence: sequence } = ledger;
  if (amount !== 0n) {
    balance.posted = balanceAfter;
    work.added.entries.push({ ledgerUid, balanceId, version, sequence, amount, balanceAfter });
    if (effectiveAt !== null)
      work.added.datedEntries.push({
        ledgerUid,
        balanceId,
        version,
        sequence,
        amount,
        effectiveAt,
      });
  }
  if (held === 0n) return;
  balance.held += held;
  if (balance.held < 0n) throw new Error(`less is held of ${balance.address} than is freed`);
  const heldAfter = balance.held;
  work.added.heldChanges.push({
    ledgerUid,
    balanceId,
    version,
    sequence,
    amount: held,
    heldAfter,
  });
}

function fixScale(work: Work, ledger: LedgerState, asset: string): void {
  const [code = '', scale = ''] = asset.split('/');
  put(work, work.scales, scaleKey(ledger.uid, code), scale);
  work.added.assets.push({ ledgerUid: ledger.uid, code, scale });
}

/** A hold is captured, released or expires; a transfer or a capture is reverted. */
function changeTarget(
  work: Work,
  ledger: LedgerState,
  { ledgerUid, target: id }: Extract<Command, { target: string }>,
  plan: Plan,
): void {
  const key = transactionKey(ledgerUid, id);
  const state = work.targets.get(key);
  const outcome = work.outcomes.get(key);
  if (!state || !outcome) throw new Error(`the batch did not read transaction ${id}`);
  const changed = ledger.nextSequence;
  const { hold, reverted } = plan;
  if (hold) put(work, work.holds, key, { ledgerUid, id, changed, hold });
  if (reverted) put(work, work.reverted, key, { ledgerUid, id, changed, ...reverted });
  put(work, work.targets, key, {
    ...state,
    hold: hold ?? state.hold,
    reverted: reverted ?? state.reverted,
  });
  const status = hold?.status ?? outcome.status;
  put(work, work.outcomes, key, { ...outcome, version: changed, status });
}
