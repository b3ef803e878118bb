import type { ConditionalPosting, Posting } from '@razao/shared/contract/command.ts';
import { WORLD } from '@razao/shared/contract/grammar.ts';
import { AMOUNT_LIMIT } from '@razao/shared/contract/limits.ts';
import { type Rejection, rejection } from '@razao/shared/contract/rejections.ts';
import { type BalanceState, type LedgerState, scaleKey } from './state.ts';
import type { Move, Work } from './work.ts';

/**
 * What postings do to balances. `move`: money passes from source to destination. `hold`: it is reserved at the source.
 * `capture`: it passes, and `freed` of what the source's hold reserved is free again. `force` keeps no limits.
 */
export type Way =
  | { kind: 'move'; force?: boolean }
  | { kind: 'hold' }
  | { kind: 'capture'; freed: (posting: Posting) => bigint };

/** By how much a transaction changes a balance, all of its postings together. */
type Total = { balance: BalanceState; amount: bigint; held: bigint };

/** What the postings of one transaction come to so far. */
type Tally = {
  moves: Move[];
  totals: Total[];
  /** Assets that the ledger would use for the first time. */
  assets: string[];
};

/**
 * Judges postings against the rules of the ledger and changes nothing. A transaction's postings happen together: limits
 * are judged on the balances after all of them, whatever their order. Returns what they change, or the first rule that
 * they break.
 */
export function judgePostings(
  work: Work,
  ledger: LedgerState,
  postings: readonly ConditionalPosting[],
  way: Way,
): Pick<Tally, 'moves' | 'assets'> | Rejection {
  const tally: Tally = { moves: [], totals: [], assets: [] };
  for (const posting of postings) {
    const refusal = addPosting(work, ledger, posting, way, tally);
    if (refusal) return refusal;
  }
  const unlimited = way.kind === 'move' && way.force === true;
  const refusal =
    refuseConditions(work, ledger, postings) ?? (unlimited ? null : refuseTotals(tally));
  return refusal ?? tally;
}

function addPosting(
  work: Work,
  ledger: LedgerState,
  posting: Posting,
  way: Way,
  tally: Tally,
): Rejection | null {
  const { source, destination, asset } = posting;
  const from = work.balances.get(ledger.uid, source, asset);
  const refusal =
    (from.version === 0 ? refuseScale(work, ledger, asset, tally.assets) : null) ??
    refuseAccount(work, ledger, source, 'debit') ??
    refuseAccount(work, ledger, destination, 'credit');
  if (refusal) return refusal;
  const amount = BigInt(posting.amount);
  if (way.kind === 'hold') return addMove(tally, from, 0n, amount);
  const freed = way.kind === 'capture' ? way.freed(posting) : 0n;
  return (
    addMove(tally, from, -amount, -freed) ??
    addMove(tally, work.balances.get(ledger.uid, destination, asset), amount, 0n)
  );
}

/** Adds one change of a balance to those of the same transaction before it. */
function addMove(
  { moves, totals }: Tally,
  balance: BalanceState,
  amount: bigint,
  held: bigint,
): Rejection | null {
  const total = totalOf(totals, balance);
  total.amount += amount;
  total.held += held;
  const balanceAfter = balance.posted + total.amount;
  const heldAfter = balance.held + total.held;
  if (balanceAfter >= AMOUNT_LIMIT || balanceAfter <= -AMOUNT_LIMIT || heldAfter >= AMOUNT_LIMIT)
    return rejection('amount_overflow', { account: balance.address, asset: balance.asset });
  moves.push({ balance, amount, balanceAfter, held });
  return null;
}

/** A list, since most transactions touch two balances and none touches many: a map costs more than the search. */
function totalOf(totals: Total[], balance: BalanceState): Total {
  for (const total of totals) if (total.balance === balance) return total;
  const total = { balance, amount: 0n, held: 0n };
  totals.push(total);
  return total;
}

/** A code's decimal places are fixed when it is first used; `assets` are those that this transaction would fix. */
function refuseScale(
  work: Work,
  ledger: LedgerState,
  asset: string,
  assets: string[],
): Rejection | null {
  const slash = asset.indexOf('/');
  const code = asset.slice(0, slash);
  const fixed =
    work.scales.get(scaleKey(ledger.uid, code)) ??
    work.state.books.get(ledger.uid)?.scales.get(code);
  const known = assets.find((other) => other.startsWith(`${code}/`));
  if (fixed === undefined && known === undefined) {
    assets.push(asset);
    return null;
  }
  const same = fixed === undefined ? known === asset : `${code}/${fixed}` === asset;
  return same ? null : rejection('asset_scale_mismatch', { asset });
}

function refuseAccount(
  work: Work,
  ledger: LedgerState,
  address: string,
  direction: 'debit' | 'credit',
): Rejection | null {
  const frozen = work.state.books.get(ledger.uid)?.accounts.get(address);
  if (frozen === undefined && ledger.accounts === 'explicit' && address !== WORLD) {
    return rejection('account_unknown', { account: address });
  }
  if (frozen === direction || frozen === 'both')
    return rejection('account_frozen', { account: address });
  return null;
}

function refuseConditions(
  work: Work,
  ledger: LedgerState,
  postings: readonly ConditionalPosting[],
): Rejection | null {
  for (const { source: account, asset, if: condition } of postings) {
    if (!condition) continue;
    const { posted, held } = work.balances.get(ledger.uid, account, asset);
    if (posted - held >= BigInt(condition.sourceAvailableGte)) continue;
    return rejection('condition_failed', {
      account,
      asset,
      available: String(posted - held),
      required: condition.sourceAvailableGte,
    });
  }
  return null;
}

function refuseTotals({ totals }: Tally): Rejection | null {
  for (const total of totals) {
    const refusal = refuseTotal(total);
    if (refusal) return refusal;
  }
  return null;
}

/** A limit binds in its own direction only: whoever is already beyond it may still come back. */
function refuseTotal({ balance, amount: total, held }: Total): Rejection | null {
  const { address: account, asset, posted, overdraftLimit, maxBalance } = balance;
  const available = posted - balance.held;
  const gain = total - held;
  const lowest = account === WORLD || overdraftLimit === null ? null : -overdraftLimit;
  if (gain < 0n && lowest !== null && available + gain < lowest) {
    return rejection('insufficient_funds', {
      account,
      asset,
      available: String(available),
      required: String(-gain),
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
