import type { Command, ConditionalPosting, Posting } from '@razao/shared/contract/command.ts';
import { balanceOf, entriesOf, placeOf, postingsOf } from './books.ts';
import { LayeredMap } from './layered-map.ts';
import type { ReferenceLedger, ReferenceRejection } from './reference-ledger.ts';
import { brokenByTarget } from './target-rules.ts';

const TOO_BIG = BigInt(`1${'0'.repeat(38)}`);

/**
 * The rules that a command breaks. Where it is fixed which are judged first, only those first ones: each list of rules is
 * only looked at when the lists before it are kept.
 */
export function brokenBy(ledger: ReferenceLedger, command: Command): ReferenceRejection[] {
  const lists: (() => ReferenceRejection[])[] = [
    () => brokenByDependency(ledger, command),
    ...brokenByTarget(ledger, command),
    () => brokenByPostings(ledger, command),
    () => brokenByConditions(ledger, command),
    () => brokenByLimits(ledger, command),
  ];
  for (const list of lists) {
    const broken = list();
    if (broken.length > 0) return broken;
  }
  return [];
}

function brokenByDependency(ledger: ReferenceLedger, { dependsOn }: Command): ReferenceRejection[] {
  if (dependsOn === undefined) return [];
  const before = ledger.transactions.get(dependsOn);
  return before && before.status !== 'rejected' ? [] : [{ code: 'dependency_failed' }];
}

/** The first posting that breaks a rule is the one to blame, for its scale first, then for its accounts. */
function brokenByPostings(ledger: ReferenceLedger, command: Command): ReferenceRejection[] {
  if (command.kind === 'release' || command.kind === 'expiry') return [];
  const postings = postingsOf(ledger, command);
  const scales = new LayeredMap(ledger.scales);
  for (const [index, { source, destination, asset }] of postings.entries()) {
    const code = asset.replace(/\/.*/, '');
    const scale = scales.get(code) ?? asset;
    scales.set(code, scale);
    if (scale !== asset) return [{ code: 'asset_scale_mismatch', asset }];
    const broken =
      brokenByAccount(ledger, source, 'debit') ?? brokenByAccount(ledger, destination, 'credit');
    if (broken) return [broken];
    const upToHere = postings.slice(0, index + 1);
    const digits =
      command.kind === 'hold' ? heldDigits(ledger, upToHere) : digitsOf(ledger, upToHere);
    if (digits.length > 0) return digits;
  }
  return [];
}

function brokenByAccount(
  ledger: ReferenceLedger,
  account: string,
  side: 'debit' | 'credit',
): ReferenceRejection | null {
  const frozen = ledger.accounts.get(account);
  if (frozen === undefined && ledger.explicit && account !== 'world')
    return { code: 'account_unknown', account };
  return frozen === side || frozen === 'both' ? { code: 'account_frozen', account } : null;
}

function digitsOf(ledger: ReferenceLedger, postings: readonly Posting[]): ReferenceRejection[] {
  return entriesOf(ledger, postings)
    .filter(({ balanceAfter }) => balanceAfter >= TOO_BIG || balanceAfter <= -TOO_BIG)
    .map(({ balance }) => ({ code: 'amount_overflow', ...placeOf(balance) }));
}

function heldDigits(ledger: ReferenceLedger, postings: readonly Posting[]): ReferenceRejection[] {
  return [...debitsOf(postings)]
    .filter(([balance, amount]) => balanceOf(ledger, balance).held + amount >= TOO_BIG)
    .map(([balance]) => ({ code: 'amount_overflow', ...placeOf(balance) }));
}

/** What postings take of each source. */
function debitsOf(postings: readonly Posting[]): Map<string, bigint> {
  const debits = new Map<string, bigint>();
  for (const { source, asset, amount } of postings) {
    const key = `${source} ${asset}`;
    debits.set(key, (debits.get(key) ?? 0n) + BigInt(amount));
  }
  return debits;
}

/** The first of a transaction's conditions that does not hold is the one that is told. */
function brokenByConditions(ledger: ReferenceLedger, command: Command): ReferenceRejection[] {
  const postings: readonly ConditionalPosting[] = 'postings' in command ? command.postings : [];
  return postings
    .flatMap(({ source, asset, if: condition }): ReferenceRejection[] => {
      const { posted, held } = balanceOf(ledger, `${source} ${asset}`);
      const required = condition?.sourceAvailableGte ?? null;
      if (required === null || posted - held >= BigInt(required)) return [];
      const available = String(posted - held);
      return [{ code: 'condition_failed', account: source, asset, available, required }];
    })
    .slice(0, 1);
}

/** A capture gives what was reserved for it, so that only what it brings can be too much. */
function brokenByLimits(ledger: ReferenceLedger, command: Command): ReferenceRejection[] {
  switch (command.kind) {
    case 'hold':
      return [...debitsOf(command.postings)].flatMap(([balance, amount]) =>
        brokenByFunds(ledger, balance, amount),
      );
    case 'transfer':
    case 'revert':
    case 'capture': {
      if (command.kind === 'revert' && command.force) return [];
      const entries = entriesOf(ledger, postingsOf(ledger, command));
      const gains = Map.groupBy(entries, ({ balance }) => balance);
      return [...gains].flatMap(([balance, own]) => {
        const gain = own.reduce((sum, { amount }) => sum + amount, 0n);
        if (gain > 0n) return brokenByRoom(ledger, balance, gain);
        return command.kind === 'capture' ? [] : brokenByFunds(ledger, balance, -gain);
      });
    }
    default:
      return [];
  }
}

function brokenByFunds(
  ledger: ReferenceLedger,
  balance: string,
  loss: bigint,
): ReferenceRejection[] {
  const { posted, held, overdraft } = balanceOf(ledger, balance);
  const place = placeOf(balance);
  const free = posted - held;
  if (loss === 0n || overdraft === 'none' || place.account === 'world') return [];
  if (free - loss + overdraft >= 0n) return [];
  return [{ code: 'insufficient_funds', ...place, available: `${free}`, required: `${loss}` }];
}

function brokenByRoom(
  ledger: ReferenceLedger,
  balance: string,
  gain: bigint,
): ReferenceRejection[] {
  const { posted, max } = balanceOf(ledger, balance);
  if (max === 'none' || posted + gain <= max) return [];
  const room = posted > max ? 0n : max - posted;
  const about = { ...placeOf(balance), available: `${room}`, required: `${gain}` };
  return [{ code: 'balance_limit_exceeded', ...about }];
}
