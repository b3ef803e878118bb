import { parseAmount } from '@razao/shared/contract/amount.ts';
import { WORLD } from '@razao/shared/contract/grammar.ts';
import { ASSET, EMPTY_PLACE, FIRST_PLACE, type Transfer, WORLD_PLACE } from './transfer.ts';

export const AMOUNT_MAX = Number(parseAmount('10.00', ASSET));
/**
 * What each account has to begin with. An account would have to pay the highest amount a thousand million times before it
 * could run dry, so that no order of the transfers between accounts can lead to a rejection: their outcome is known.
 */
export const FUNDING = AMOUNT_MAX * 1_000_000_000;

export const DOOMED_SHARE = 0.01;
const DEPOSIT_SHARE = 0.2;

export type Workload = {
  /** By place: world, the empty account, then `accounts` funded ones. */
  addresses: readonly string[];
  /** Makes up the next transfer. */
  draw(): Transfer;
};

export type WorkloadOptions = {
  kind: 'spread' | 'hot';
  /** Funded accounts; 2 or more. */
  accounts: number;
  /** How many come from the empty account. */
  doomedShare?: number;
  /** From 0 up to but not including 1. */
  random?: () => number;
};

/**
 * Of a hundred transfers 1 comes from the empty account, 20 from the world, the others go between two random accounts.
 * In `hot` one side is always the same account, and nothing else differs: as many postings, deposits and rejections.
 */
export function createWorkload({
  kind,
  accounts,
  doomedShare = DOOMED_SHARE,
  random = Math.random,
}: WorkloadOptions): Workload {
  const below = (limit: number) => Math.floor(random() * limit);
  const draw = (): Transfer => {
    const amount = 1 + below(AMOUNT_MAX);
    const subject = kind === 'hot' ? 0 : below(accounts);
    const share = random();
    if (share < doomedShare + DEPOSIT_SHARE) {
      const source = share < doomedShare ? EMPTY_PLACE : WORLD_PLACE;
      return { source, destination: FIRST_PLACE + subject, amount };
    }
    // Any account but the subject: the places above it move down by one.
    const drawn = below(accounts - 1);
    const other = drawn < subject ? drawn : drawn + 1;
    const [source, destination] = random() < 0.5 ? [subject, other] : [other, subject];
    return { source: FIRST_PLACE + source, destination: FIRST_PLACE + destination, amount };
  };
  return { addresses: namePlaces(accounts), draw };
}

/** The addresses of a workload by their places. */
export function namePlaces(accounts: number): string[] {
  const funded = Array.from({ length: accounts }, (_, n) => `load:${String(n).padStart(7, '0')}`);
  return [WORLD, 'load:empty', ...funded];
}
