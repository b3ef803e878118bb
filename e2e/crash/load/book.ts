import type { Outcome } from './draft.ts';

/** An amount on its way from one account to another. */
export type Leg = { source: string; destination: string; amount: number };

type Account = { posted: number; held: number };
type Hold = { legs: readonly Leg[]; captured: number; open: boolean };
type Moved = { legs: readonly Leg[]; reverted: number };

/**
 * What the accounts of one client have come to. Nobody else takes from them, so that the order of its commands decides what
 * becomes of each: the rules of the ledger, said once more. `world`, and accounts that others pay into, are not in it.
 */
export type Book = {
  accounts: Map<string, Account>;
  holds: Map<string, Hold>;
  moved: Map<string, Moved>;
  outcomes: Map<string, Outcome>;
};

/** What may be wrong with a transaction but its amounts. */
export type Terms = { gte?: number; dependsOn?: string };

/** How a command ends, and what it moves then. */
export type Applied = { outcome: Outcome; legs: readonly Leg[] };

export function createBook(accounts: readonly string[]): Book {
  return {
    accounts: new Map(accounts.map((account) => [account, { posted: 0, held: 0 }])),
    holds: new Map(),
    moved: new Map(),
    outcomes: new Map(),
  };
}

export function applyTransfer(book: Book, id: string, legs: readonly Leg[], terms: Terms): Applied {
  const refusal = refuseTerms(book, legs, terms) ?? refuseDebits(book, nets(legs));
  if (refusal) return reject(refusal);
  move(book, legs);
  book.moved.set(id, { legs, reverted: 0 });
  return { outcome: 'posted', legs };
}

export function applyHold(book: Book, id: string, legs: readonly Leg[], terms: Terms): Applied {
  const debits = nets(legs.map(({ source, amount }) => ({ source, destination: '', amount })));
  const refusal = refuseTerms(book, legs, terms) ?? refuseDebits(book, debits);
  if (refusal) return reject(refusal);
  for (const { source, amount } of legs) free(book, source, -amount);
  book.holds.set(id, { legs, captured: 0, open: true });
  return { outcome: 'held', legs: [] };
}

export function applyCapture(
  book: Book,
  id: string,
  target: string,
  { amount, final }: { amount?: number; final: boolean },
): Applied {
  if (!book.outcomes.has(target)) return reject('target_unknown');
  const hold = book.holds.get(target);
  if (!hold?.open) return reject('hold_not_open');
  const [only, ...others] = hold.legs;
  if (only === undefined) throw new Error('a hold has a posting');
  const left = only.amount - hold.captured;
  const taken = amount ?? left;
  if (amount !== undefined && (others.length > 0 || taken > left))
    return reject('hold_amount_exceeded');
  hold.open = others.length === 0 && taken < left && !final;
  hold.captured += taken;
  const legs = others.length > 0 ? hold.legs : [{ ...only, amount: taken }];
  move(book, legs);
  for (const leg of legs) free(book, leg.source, leg.amount);
  if (others.length === 0 && !hold.open) free(book, only.source, left - taken);
  book.moved.set(id, { legs, reverted: 0 });
  return { outcome: 'posted', legs };
}

export function applyRelease(book: Book, target: string): Applied {
  if (!book.outcomes.has(target)) return reject('target_unknown');
  const hold = book.holds.get(target);
  if (!hold?.open) return reject('hold_not_open');
  hold.open = false;
  for (const { source, amount } of hold.legs) free(book, source, amount - hold.captured);
  return { outcome: 'posted', legs: [] };
}

export function applyRevert(
  book: Book,
  target: string,
  { amount, force }: { amount?: number; force: boolean },
): Applied {
  const moved = book.moved.get(target);
  if (moved === undefined) return reject('target_unknown');
  const [only, ...others] = moved.legs;
  if (only === undefined) throw new Error('a transaction has a posting');
  const left = only.amount - moved.reverted;
  if (left === 0) return reject('already_reverted');
  const taken = amount ?? left;
  if (amount !== undefined && (others.length > 0 || taken > left))
    return reject('revert_amount_exceeded');
  const turn = (leg: Leg) => ({ source: leg.destination, destination: leg.source });
  const legs = moved.legs
    .toReversed()
    .map((leg) => ({ ...turn(leg), amount: others.length > 0 ? leg.amount : taken }));
  const refusal = force ? null : refuseDebits(book, nets(legs));
  if (refusal) return reject(refusal);
  move(book, legs);
  moved.reverted += taken;
  return { outcome: 'posted', legs };
}

/** All of these or none: where one is refused, it keeps its reason and the others have it for theirs. */
export function applyTogether(book: Book, steps: readonly (() => Applied)[]): Applied[] {
  const before = structuredClone(book);
  const applied = steps.map((step) => step());
  const cause = applied.findIndex(({ outcome }) => outcome !== 'posted' && outcome !== 'held');
  if (cause < 0) return applied;
  Object.assign(book, before);
  return applied.map(({ outcome }, i) => reject(i === cause ? outcome : 'dependency_failed'));
}

function reject(outcome: Outcome): Applied {
  return { outcome, legs: [] };
}

function refuseTerms(book: Book, legs: readonly Leg[], { gte, dependsOn }: Terms): Outcome | null {
  if (dependsOn !== undefined) {
    const dependency = book.outcomes.get(dependsOn);
    if (dependency !== 'posted' && dependency !== 'held') return 'dependency_failed';
  }
  const [first] = legs;
  const short =
    gte !== undefined && first !== undefined && (available(book, first.source) ?? gte) < gte;
  return short ? 'condition_failed' : null;
}

/** What postings change in all, by account. */
function nets(legs: readonly Leg[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { source, destination, amount } of legs) {
    sums.set(source, (sums.get(source) ?? 0) - amount);
    sums.set(destination, (sums.get(destination) ?? 0) + amount);
  }
  return sums;
}

function refuseDebits(book: Book, sums: ReadonlyMap<string, number>): Outcome | null {
  for (const [account, sum] of sums) {
    const has = available(book, account);
    if (sum < 0 && has !== null && has + sum < 0) return 'insufficient_funds';
  }
  return null;
}

/** What an account can spend; null where the book does not have it. */
export function available(book: Book, account: string): number | null {
  const found = book.accounts.get(account);
  return found === undefined ? null : found.posted - found.held;
}

function move(book: Book, legs: readonly Leg[]): void {
  for (const [account, sum] of nets(legs)) {
    const found = book.accounts.get(account);
    if (found) found.posted += sum;
  }
}

function free(book: Book, account: string, amount: number): void {
  const found = book.accounts.get(account);
  if (found) found.held -= amount;
}
