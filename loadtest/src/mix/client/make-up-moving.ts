import { randomUUIDv7 } from 'node:crypto';
import { WORLD } from '@razao/shared/contract/grammar.ts';
import { type OwnName, ownAddress, SHARED } from '../accounts.ts';
import { MIX_ASSETS, type MixPosting, type Moving } from '../command.ts';
import type { Dice } from '../dice.ts';
import { makeUpDate } from './make-up-date.ts';
import type { Targets } from './targets.ts';

type Weights = Record<OwnName, number>;

const AMOUNT_MAX = 2_000;
const SHARED_SHARE = 0.12;
// So that the tight and the empty stay poor, and the capped full: there limits are met, and forced reverts go past them.
const SOURCES: Weights = { purse: 42, tight: 38, capped: 8, empty: 12 };
const DESTINATIONS: Weights = { purse: 45, tight: 20, capped: 25, empty: 10 };
const POSTINGS = { 1: 75, 2: 17, 3: 8 };
/** Some end while the load runs, the others only when it is over. */
const SHORT_SHARE = 0.35;
const SHORT_SECONDS_MAX = 4;
const LONG_SECONDS = 3_600;

/** Makes up a transfer or a hold of a client. */
export function makeUpMoving(
  kind: Moving['kind'],
  client: number,
  targets: Targets,
  dice: Dice,
): Moving {
  const count = Number(dice.weigh(POSTINGS));
  const postings = Array.from({ length: count }, () => makeUpPosting(client, dice));
  const dependsOn = dice.chance(0.15) ? makeUpDependency(targets, dice) : null;
  const short = dice.chance(SHORT_SHARE);
  const seconds = short ? 1 + dice.below(SHORT_SECONDS_MAX) : LONG_SECONDS;
  return {
    kind,
    id: randomUUIDv7(),
    postings,
    expiresIn: kind === 'hold' ? seconds : null,
    dependsOn,
    effectiveAt: kind === 'transfer' && dice.chance(0.25) ? makeUpDate(dice) : null,
  };
}

function makeUpPosting(client: number, dice: Dice): MixPosting {
  const source = pickAccount(client, SOURCES, dice);
  let destination = source;
  while (destination === source) destination = pickAccount(client, DESTINATIONS, dice);
  const posting = {
    // Money comes in, and goes out.
    source: dice.chance(0.1) ? WORLD : source,
    destination: dice.chance(0.05) ? WORLD : destination,
    asset: dice.chance(0.8) ? MIX_ASSETS[0] : MIX_ASSETS[1],
    amount: BigInt(1 + dice.below(AMOUNT_MAX)),
  };
  if (posting.source === posting.destination) posting.source = source;
  if (!dice.chance(0.15)) return posting;
  return { ...posting, availableGte: BigInt(1 + dice.below(4 * AMOUNT_MAX)) };
}

function pickAccount(client: number, weights: Weights, dice: Dice): string {
  return dice.chance(SHARED_SHARE) ? dice.pick(SHARED) : ownAddress(client, dice.weigh(weights));
}

/** Mostly something that was accepted, and may have been rejected; sometimes nothing. */
function makeUpDependency({ ids }: Targets, dice: Dice): string {
  return (dice.chance(0.9) ? dice.pickAny(ids) : undefined) ?? randomUUIDv7();
}
