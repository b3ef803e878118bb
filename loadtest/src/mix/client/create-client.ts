import type { MixCommand, MixRequest } from '../command.ts';
import type { Dice } from '../dice.ts';
import { makeUpActing } from './make-up-acting.ts';
import { makeUpMoving } from './make-up-moving.ts';
import { remember, type Targets } from './targets.ts';

const WEIGHTS = { transfer: 26, hold: 26, capture: 18, release: 6, revert: 12, bulk: 12, again: 2 };
const BULK_SIZE_MAX = 8;
/** Acts on what another client was given, so that nobody knows beforehand who comes first. */
const COMMON_SHARE = 0.1;

/** A client that sends one request at a time, and the same again until it knows that it was accepted or refused. */
export type MixClient = {
  next(): MixRequest;
  /** What `next` gave last is settled; whether it was accepted. */
  settle(accepted: boolean): void;
  /** What was sent but is not settled. */
  outstanding(): MixRequest | null;
};

/** `common` is what all clients were given. */
export function createClient(client: number, own: Targets, common: Targets, dice: Dice): MixClient {
  let outstanding: MixRequest | null = null;
  let last: MixRequest | null = null;
  return {
    next() {
      outstanding ??= makeUpRequest({ client, own, common, last, dice });
      return outstanding;
    },
    settle(accepted) {
      const settled = outstanding;
      outstanding = null;
      if (settled === null || !accepted || settled.again) return;
      last = settled;
      for (const command of settled.commands) {
        remember(own, command, dice);
        if (dice.chance(COMMON_SHARE)) remember(common, command, dice);
      }
    },
    outstanding: () => outstanding,
  };
}

type World = { client: number; own: Targets; common: Targets; last: MixRequest | null; dice: Dice };

function makeUpRequest(world: World): MixRequest {
  const { client, own, last, dice } = world;
  const kind = dice.weigh(WEIGHTS);
  if (kind === 'again' && last !== null) return { ...last, again: true };
  if (kind === 'bulk') return makeUpBulk(world);
  const acting = kind === 'capture' || kind === 'release' || kind === 'revert';
  const targets = dice.chance(COMMON_SHARE) ? world.common : own;
  const command: MixCommand =
    (acting ? makeUpActing(kind, targets, dice) : null) ??
    makeUpMoving(kind === 'hold' ? 'hold' : 'transfer', client, own, dice);
  return { client, shape: 'single', commands: [command], invalidAt: null, again: false };
}

/** Members fail as single ones do; of an atomic bulk, which is then rejected whole, most should not. */
function makeUpBulk({ client, own, dice }: World): MixRequest {
  const shape = dice.chance(0.5) ? 'atomic' : 'bulk';
  const size = 2 + dice.below(shape === 'atomic' ? 2 : BULK_SIZE_MAX - 1);
  const commands = Array.from({ length: size }, () =>
    makeUpMoving(dice.chance(0.25) ? 'hold' : 'transfer', client, own, dice),
  );
  const invalidAt = dice.chance(0.1) ? dice.below(size + 1) : null;
  return { client, shape, commands, invalidAt, again: false };
}
