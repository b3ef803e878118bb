import type { Random } from '../random.ts';
import {
  bulk,
  type Draft,
  type Generator,
  type Planned,
  posting,
  transaction,
  WORLD,
} from './draft.ts';
import type { NextName } from './keys.ts';

/** Old ones are acted on first, so that many acts come when the time of their hold is about over. */
const OPEN_MAX = 12;
const SECONDS_MAX = 3;
const AMOUNT_LEAST = 10;
const AMOUNTS = 500;

type Hold = { id: string; amount: number; captured: number };

/**
 * Holds of one to three seconds. Some are captured or released about when they expire, some by two commands of which one must
 * lose, some are left to expire: the answer to who wins is in the order of sequences, and there must be one winner. A deposit
 * goes before each, so that all else is certain.
 */
export function createExpiring(client: string, random: Random, nextName: NextName): Generator {
  const account = `expiring:${client}`;
  const open: Hold[] = [];
  const waiting: Draft[] = [];

  function begin(): Draft {
    const amount = AMOUNT_LEAST + random.below(AMOUNTS);
    const deposit = transaction(nextName(), [posting(WORLD, account, amount)], 'posted');
    const name = nextName();
    const postings = [posting(account, 'shared:shop', amount)];
    const hold = transaction(name, postings, 'held', {
      hold: { expires_in: 1 + random.below(SECONDS_MAX) },
      depends_on: deposit.commands[0]?.id,
    });
    open.push({ id: name.id, amount, captured: 0 });
    if (random.chance(0.5)) return bulk([deposit, hold], random.chance(0.5));
    waiting.push(hold);
    return deposit;
  }

  /** Moves a part and keeps the rest reserved. */
  function capturePart(hold: Hold): Draft {
    const part = 1 + random.below(AMOUNT_LEAST / 2);
    hold.captured += part;
    const moves = [posting(account, 'shared:shop', part)];
    return act(hold.id, 'capture', { amount: String(part), final: false }, 'pending', moves);
  }

  function captureRest({ id, amount, captured }: Hold): Draft {
    const moves = [posting(account, 'shared:shop', amount - captured)];
    return act(id, 'capture', {}, 'posted', moves);
  }

  function release({ id }: Hold): Draft {
    return act(id, 'release', {}, 'released', []);
  }

  function act(
    hold: string,
    operation: string,
    body: object,
    becomes: NonNullable<Planned['act']>['becomes'],
    moves: Planned['moves'],
  ): Draft {
    const expected = ['posted', 'hold_not_open'] as const;
    const commands = [{ ...nextName(), expected, moves, act: { hold, becomes } }];
    return { path: `/${hold}/${operation}`, body, commands };
  }

  function end(hold: Hold): Draft | null {
    const way = random.below(10);
    if (way <= 2) return null;
    if (way <= 4) waiting.push(random.chance(0.5) ? captureRest(hold) : release(hold));
    return way % 2 === 0 ? captureRest(hold) : release(hold);
  }

  return {
    next() {
      const sendable = waiting.shift();
      if (sendable) return sendable;
      const [oldest] = open;
      if (oldest === undefined || open.length < OPEN_MAX) return begin();
      if (oldest.captured === 0 && random.chance(0.3)) return capturePart(oldest);
      open.shift();
      return end(oldest) ?? begin();
    },
    rest: () => waiting.shift() ?? null,
  };
}
