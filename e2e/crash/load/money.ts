import { randomUUID } from 'node:crypto';
import type { Random } from '../random.ts';
import * as book from './book.ts';
import {
  bulk,
  type Draft,
  type Generator,
  type Name,
  type Planned,
  posting,
  transaction,
  WORLD,
} from './draft.ts';
import type { NextName } from './keys.ts';

const ACCOUNTS = 5;
const AMOUNT_MAX = 300;
const RICH = AMOUNT_MAX;
const OPEN_HOLDS_MAX = 10;
/** Of holds and of others each: what is older is not acted on any more. */
const REMEMBERED_MAX = 40;
const BULK_MAX = 8;
/** Longer than any run. */
const HOLD_SECONDS = 24 * 3_600;

/** Every client captures into it, and takes back no more than it has put in. */
const SHOP = 'shared:shop';

type Step = { name: Name; apply(): book.Applied; draft(applied: book.Applied): Draft };

/**
 * All that can be done with money, in any order: transfers and holds, some on conditions or depending on others, captures in
 * parts, releases, reverts, and bulks of either kind. Some ask for too much, come too late, or name what is not there. The
 * client keeps a book of its own, so it knows the outcome of each.
 */
export function createMoney(client: string, random: Random, nextName: NextName): Generator {
  const accounts = Array.from({ length: ACCOUNTS }, (_, n) => `money:${client}:${n}`);
  const own = book.createBook(accounts);
  const pick = <T>(list: readonly T[]): T | undefined => list[random.below(list.length)];
  const account = () => pick(accounts) ?? '';
  const amount = () => 1 + random.below(AMOUNT_MAX);
  const openHolds = () => [...own.holds].filter(([, { open }]) => open);

  function other(than: string): string {
    const drawn = account();
    return drawn === than ? other(than) : drawn;
  }

  /** Whoever is rich pays back: where nobody is ever short, nothing is ever refused. */
  function deposit(): Step {
    const one = account();
    const rich = (book.available(own, one) ?? 0) > RICH;
    const [source, destination] = rich ? [one, WORLD] : [WORLD, one];
    return moving(book.applyTransfer, [{ source, destination, amount: 2 * amount() }], {}, {});
  }

  function transfer(): Step {
    const source = account();
    const legs = [{ source, destination: other(source), amount: amount() }];
    return moving(book.applyTransfer, legs, terms(), {});
  }

  function hold(): Step {
    const source = account();
    const legs = [{ source, destination: SHOP, amount: amount() }];
    // One with two postings is captured whole or not at all.
    if (random.chance(0.25)) legs.push({ source: other(source), destination: source, amount: 5 });
    return moving(book.applyHold, legs, terms(), { hold: { expires_in: HOLD_SECONDS } });
  }

  function terms(): book.Terms {
    const drawn: book.Terms = {};
    if (random.chance(0.2)) drawn.gte = amount();
    if (random.chance(0.3)) drawn.dependsOn = pick([...own.outcomes.keys()]) ?? randomUUID();
    if (random.chance(0.03)) drawn.dependsOn = randomUUID();
    return drawn;
  }

  function moving(
    apply: typeof book.applyTransfer,
    legs: readonly book.Leg[],
    drawn: book.Terms,
    more: object,
  ): Step {
    const name = nextName();
    const { gte, dependsOn } = drawn;
    const postings = legs.map((leg) => posting(leg.source, leg.destination, leg.amount));
    const condition = gte === undefined ? {} : { if: { source_available_gte: String(gte) } };
    const [first, ...others] = postings;
    const body = {
      ...more,
      postings: [{ ...first, ...condition }, ...others],
      ...(dependsOn === undefined ? {} : { depends_on: dependsOn }),
    };
    return {
      name,
      apply: () => apply(own, name.id, legs, drawn),
      draft: ({ outcome }) => transaction(name, postings, outcome, body),
    };
  }

  /** Mostly a hold that is open. */
  function target(): string {
    const drawn = random.below(10);
    if (drawn === 0) return randomUUID();
    if (drawn <= 2) return pick([...own.outcomes.keys()]) ?? randomUUID();
    return pick(openHolds())?.[0] ?? randomUUID();
  }

  function capture(): Step {
    const name = nextName();
    const hold = target();
    const final = random.chance(0.5);
    const part = random.chance(0.5) ? { amount: amount() } : {};
    const body = { final, ...texts(part) };
    return acting(name, `/${hold}/capture`, body, hold, () =>
      book.applyCapture(own, name.id, hold, { final, ...part }),
    );
  }

  function release(hold = target()): Step {
    return acting(nextName(), `/${hold}/release`, {}, hold, () => book.applyRelease(own, hold));
  }

  function revert(): Step {
    const of = random.chance(0.8) ? pick([...own.moved.keys()]) : target();
    const moved = of ?? randomUUID();
    const force = random.chance(0.2);
    const part = random.chance(0.4) ? { amount: amount() } : {};
    const body = { force, ...texts(part) };
    return acting(nextName(), `/${moved}/revert`, body, null, () =>
      book.applyRevert(own, moved, { force, ...part }),
    );
  }

  function acting(
    name: Name,
    path: string,
    body: object,
    hold: string | null,
    apply: () => book.Applied,
  ): Step {
    return {
      name,
      apply,
      draft({ outcome, legs }) {
        const moves = legs.map((leg) => posting(leg.source, leg.destination, leg.amount));
        const planned: Planned = { ...name, expected: [outcome], moves };
        if (hold !== null && outcome === 'posted') {
          const open = own.holds.get(hold)?.open === true;
          const closed = path.endsWith('/release') ? 'released' : 'posted';
          planned.act = { hold, becomes: open ? 'pending' : closed };
        }
        return { path, body, commands: [planned] };
      },
    };
  }

  function apply({ name, apply }: Step): book.Applied {
    const applied = apply();
    own.outcomes.set(name.id, applied.outcome);
    return applied;
  }

  const take = (step: Step) => step.draft(apply(step));

  function takeMany(): Draft {
    const make = () => (pick([deposit, transfer, hold]) ?? deposit)();
    const size = 2 + random.below(BULK_MAX - 1);
    // Each is made up after those before it were applied: it may depend on them.
    if (random.chance(0.5))
      return bulk(
        times(size, () => take(make())),
        false,
      );
    const steps: Step[] = [];
    const together = times(size, () => () => {
      const step = make();
      steps.push(step);
      return apply(step);
    });
    const applied = book.applyTogether(own, together);
    const drafts = applied.map((one, i) => {
      const step = steps[i] as Step;
      own.outcomes.set(step.name.id, one.outcome);
      return step.draft(one);
    });
    return bulk(drafts, true);
  }

  const WAYS = [
    deposit,
    deposit,
    transfer,
    transfer,
    hold,
    hold,
    capture,
    capture,
    release,
    revert,
    revert,
  ];
  return {
    next() {
      forget(own);
      if (openHolds().length > OPEN_HOLDS_MAX) return take((pick([capture, release]) ?? release)());
      const way = random.chance(0.15) ? null : pick(WAYS);
      return way ? take(way === release ? release() : way()) : takeMany();
    },
    rest() {
      const [first] = openHolds();
      return first ? take(release(first[0])) : null;
    },
  };
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

function texts({ amount }: { amount?: number }): { amount?: string } {
  return amount === undefined ? {} : { amount: String(amount) };
}

/** Open holds are kept, for somebody has to end them. */
function forget({ holds, moved, outcomes }: book.Book): void {
  const known = [...holds].filter(([, { open }]) => !open).map(([id]) => id);
  for (const id of known.slice(0, -REMEMBERED_MAX)) holds.delete(id);
  for (const id of [...moved.keys()].slice(0, -REMEMBERED_MAX)) moved.delete(id);
  for (const id of [...outcomes.keys()].slice(0, -REMEMBERED_MAX)) {
    if (!holds.has(id) && !moved.has(id)) outcomes.delete(id);
  }
}
