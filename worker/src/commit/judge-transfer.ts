import type { Posting } from '@razao/shared/contract/command.ts';
import { WORLD } from '@razao/shared/contract/grammar.ts';
import { AMOUNT_LIMIT } from '@razao/shared/contract/limits.ts';
import { type Rejection, rejection } from '@razao/shared/contract/rejections.ts';
import { accountKey, type BatchState, type LedgerState } from './state.ts';
import type { WorkingBalance, WorkingBalances } from './working-balances.ts';

/** One side of a posting, judged but not yet applied. */
export type Move = { balance: WorkingBalance; amount: bigint; balanceAfter: bigint };

/**
 * Judges a transfer against the rules of the ledger and changes nothing. A transaction's postings happen together: limits
 * are judged on the balances after all of them, whatever their order. Returns its moves, or the first rule it breaks.
 */
export function judgeTransfer(
  ledger: LedgerState,
  accounts: BatchState['accounts'],
  balances: WorkingBalances,
  postings: readonly Posting[],
): Move[] | Rejection {
  const moves: Move[] = [];
  const totals = new Map<WorkingBalance, bigint>();
  for (const { source, destination, asset, amount } of postings) {
    const refusal =
      refuseAccount(ledger, accounts, source, 'debit') ??
      refuseAccount(ledger, accounts, destination, 'credit');
    if (refusal) return refusal;
    const size = BigInt(amount);
    for (const [address, signed] of [
      [source, -size],
      [destination, size],
    ] as const) {
      const balance = balances.get(ledger.id, address, asset);
      const total = (totals.get(balance) ?? 0n) + signed;
      totals.set(balance, total);
      const balanceAfter = balance.posted + total;
      if (balanceAfter >= AMOUNT_LIMIT || balanceAfter <= -AMOUNT_LIMIT) {
        return rejection('amount_overflow', { account: address, asset });
      }
      moves.push({ balance, amount: signed, balanceAfter });
    }
  }
  for (const [balance, total] of totals) {
    const refusal = refuseBalance(balance, total);
    if (refusal) return refusal;
  }
  return moves;
}

function refuseAccount(
  ledger: LedgerState,
  accounts: BatchState['accounts'],
  address: string,
  direction: 'debit' | 'credit',
): Rejection | null {
  const frozen = accounts.get(accountKey(ledger.id, address));
  if (frozen === undefined && ledger.accounts === 'explicit' && address !== WORLD) {
    return rejection('account_unknown', { account: address });
  }
  if (frozen === direction || frozen === 'both')
    return rejection('account_frozen', { account: address });
  return null;
}

/** A limit binds in its own direction only: whoever is already beyond it may still come back. */
function refuseBalance(balance: WorkingBalance, total: bigint): Rejection | null {
  const { address: account, asset, posted, held, overdraftLimit, maxBalance } = balance;
  const available = posted - held;
  const lowest = account === WORLD || overdraftLimit === null ? null : -overdraftLimit;
  if (total < 0n && lowest !== null && available + total < lowest) {
    return rejection('insufficient_funds', {
      account,
      asset,
      available: String(available),
      required: String(-total),
    });
  }
  if (total > 0n && maxBalance !== null && posted + total > maxBalance) {
    return rejection('balance_limit_exceeded', {
      account,
      asset,
      available: String(maxBalance > posted ? maxBalance - posted : 0n),
      required: String(total),
    });
  }
  return null;
}
