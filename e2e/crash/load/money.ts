import { randomUUID } from 'node:crypto';
import {
  applyToReference,
  createReferenceLedger,
  type ReferenceLedger,
  type ReferenceTransaction,
} from '@razao/ledger/model/reference-ledger.ts';
import type { Command, ConditionalPosting, Posting } from '@razao/shared/contract/command.ts';
import type { Random } from '../random.ts';
import {
  bulk,
  type Draft,
  type Generator,
  type Name,
  type Outcome,
  type Planned,
  posting,
  WORLD,
} from './draft.ts';
import type { NextName } from './keys.ts';

const ACCOUNTS = 5;
const AMOUNT_MAX = 300;
const RICH = 300n;
const OPEN_HOLDS_MAX = 10;
/** What is older is not acted on any more. */
const REMEMBERED_MAX = 80;
const BULK_MAX = 8;
/** Longer than any run. */
const HOLD_SECONDS = 24 * 3_600;
const DAY_MS = 24 * 3_600_000;

/** Every client captures into it, and takes back no more than it has put in. */
const SHOP = 'shared:shop';

/** A command, and the request that asks for it. */
type Step = Name & { command: Command; path: string; body: object };
type Dated = { effectiveAt?: string };

/**
 * All that can be done with money, in any order: transfers and holds, some on conditions, with a date of their own, or depending
 * on others, captures in parts, releases, reverts, and bulks of either kind. Some ask for too much, come too late or are dated
 * too early, or name what is not there. Nobody else takes from the client's accounts, so the reference model foretells the
 * outcome of each.
 */
export function createMoney(client: string, random: Random, nextName: NextName): Generator {
  const accounts = Array.from({ length: ACCOUNTS }, (_, n) => `money:${client}:${n}`);
  const now = Date.now();
  const own = createReferenceLedger(instant(now));
  const pick = <T>(list: readonly T[]): T | undefined => list[random.below(list.length)];
  const account = () => pick(accounts) ?? '';
  const amount = () => 1 + random.below(AMOUNT_MAX);
  const idsOf = (is: (known: ReferenceTransaction) => boolean) =>
    [...own.transactions.values()].filter(is).map(({ id }) => id);
  const openHolds = () => idsOf(({ status }) => status === 'pending');
  const moved = () =>
    idsOf(({ kind, status }) => status === 'posted' && (kind === 'transfer' || kind === 'capture'));

  function other(than: string): string {
    const drawn = account();
    return drawn === than ? other(than) : drawn;
  }

  /** Whoever is rich pays back: where nobody is ever short, nothing is ever refused. */
  function deposit(): Step {
    const one = account();
    const rich = availableOf(own, one) > RICH;
    const [source, destination] = rich ? [one, WORLD] : [WORLD, one];
    return moving('transfer', [posting(source, destination, 2 * amount())], {});
  }

  function transfer(): Step {
    const source = account();
    const postings = [conditional(posting(source, other(source), amount()))];
    return moving('transfer', postings, { ...date(0.15), ...dependency() });
  }

  function hold(): Step {
    const source = account();
    const postings = [conditional(posting(source, SHOP, amount()))];
    // One with two postings is captured whole or not at all.
    if (random.chance(0.25)) postings.push(posting(other(source), source, 5));
    return moving('hold', postings, dependency());
  }

  function conditional(plain: Posting): ConditionalPosting {
    if (!random.chance(0.2)) return plain;
    return { ...plain, if: { sourceAvailableGte: String(amount()) } };
  }

  function dependency(): { dependsOn?: string } {
    if (random.chance(0.03)) return { dependsOn: randomUUID() };
    if (!random.chance(0.3)) return {};
    return { dependsOn: pick(idsOf(() => true)) ?? randomUUID() };
  }

  /** Long before the run, or long after it: so that it does not matter when it is posted. */
  function date(share: number): Dated {
    if (!random.chance(share)) return {};
    const days = random.chance(0.5) ? -30 : 30;
    return { effectiveAt: instant(now + (days + random.below(3)) * DAY_MS) };
  }

  function moving(
    kind: 'transfer' | 'hold',
    postings: readonly ConditionalPosting[],
    { dependsOn, effectiveAt }: Dated & { dependsOn?: string },
  ): Step {
    const name = nextName();
    const facts = {
      ...{ ...factsOf(name), postings, effectiveAt: effectiveAt ?? null },
      ...{ description: null, reference: null, metadata: {} },
      ...(dependsOn === undefined ? {} : { dependsOn }),
    };
    const body = {
      postings: postings.map(toBody),
      ...(kind === 'hold' ? { hold: { expires_in: HOLD_SECONDS } } : {}),
      ...(dependsOn === undefined ? {} : { depends_on: dependsOn }),
      ...dateBody({ effectiveAt }),
    };
    const command: Command =
      kind === 'hold'
        ? { ...facts, kind, expiresAt: instant(now + 365 * DAY_MS) }
        : { ...facts, kind };
    return { ...name, command, path: '', body };
  }

  /** Mostly a hold that is open. */
  function target(): string {
    const drawn = random.below(10);
    if (drawn === 0) return randomUUID();
    if (drawn <= 2) return pick(idsOf(() => true)) ?? randomUUID();
    return pick(openHolds()) ?? randomUUID();
  }

  function capture(): Step {
    const final = random.chance(0.5);
    const part = random.chance(0.5) ? String(amount()) : null;
    return following({ kind: 'capture', final }, target(), part);
  }

  function revert(): Step {
    const of = random.chance(0.8) ? pick(moved()) : target();
    const force = random.chance(0.2);
    const part = random.chance(0.4) ? String(amount()) : null;
    return following({ kind: 'revert', force }, of ?? randomUUID(), part);
  }

  function following(
    way: { kind: 'capture'; final: boolean } | { kind: 'revert'; force: boolean },
    of: string,
    part: string | null,
  ): Step {
    const name = nextName();
    const dated = date(0.15);
    const { kind, ...flag } = way;
    const body = { ...flag, ...(part === null ? {} : { amount: part }), ...dateBody(dated) };
    const command = { ...factsOf(name), ...dated, ...way, target: of, amount: part };
    return { ...name, command, path: `/${of}/${kind}`, body };
  }

  function release(of = target()): Step {
    const name = nextName();
    const command = { ...factsOf(name), kind: 'release', target: of } as const;
    return { ...name, command, path: `/${of}/release`, body: {} };
  }

  function factsOf({ id }: Name) {
    return { ledgerUid: '', id, fingerprint: '', acceptedAt: own.postedAt };
  }

  /** Applies steps, all or none where they are several, and plans what must become of each. */
  function take(...steps: Step[]): Draft[] {
    const answers = applyToReference(
      own,
      steps.map(({ command }) => command),
    );
    return steps.map(({ key, id, command, path, body }, n) => {
      const { transaction } = answers[n] as (typeof answers)[number];
      const planned: Planned = { key, id, expected: outcomesOf(transaction), moves: [] };
      if (transaction.status === 'posted' && command.kind !== 'release')
        planned.moves = transaction.postings;
      if (
        transaction.status === 'posted' &&
        (command.kind === 'capture' || command.kind === 'release')
      )
        planned.act = { hold: command.target, becomes: stateOf(own, command.target) };
      return { path, body, commands: [planned] };
    });
  }

  function takeMany(): Draft {
    const size = 2 + random.below(BULK_MAX - 1);
    const make = () => (pick([deposit, transfer, hold]) ?? deposit)();
    const atomic = random.chance(0.5);
    // Of one that is not atomic each is made up after those before it were applied: it may depend on them.
    const drafts = atomic ? take(...times(size, make)) : times(size, () => take(make())).flat();
    return bulk(drafts, atomic);
  }

  const WAYS = [
    ...[deposit, deposit, transfer, transfer, hold, hold],
    ...[capture, capture, () => release(), revert, revert],
  ];
  const takeOne = (step: Step) => take(step)[0] as Draft;
  return {
    next() {
      forget(own);
      if (openHolds().length > OPEN_HOLDS_MAX)
        return takeOne((pick([capture, release]) ?? release)());
      const way = random.chance(0.15) ? null : pick(WAYS);
      return way ? takeOne(way()) : takeMany();
    },
    rest() {
      const [first] = openHolds();
      return first ? takeOne(release(first)) : null;
    },
  };
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

function toBody({ if: condition, ...plain }: ConditionalPosting): object {
  if (condition === undefined) return plain;
  return { ...plain, if: { source_available_gte: condition.sourceAvailableGte } };
}

function dateBody({ effectiveAt }: { effectiveAt?: string | undefined }): object {
  return effectiveAt === undefined ? {} : { effective_at: effectiveAt };
}

function availableOf({ balances }: ReferenceLedger, address: string): bigint {
  const { posted, held } = balances.get(`${address} BRL/2`) ?? { posted: 0n, held: 0n };
  return posted - held;
}

/** How a command can end; of several rules that it breaks any is told. */
function outcomesOf({ kind, broken }: ReferenceTransaction): Planned['expected'] {
  const [first, ...others] = broken.map(({ code }): Outcome => code);
  return first ? [first, ...others] : [kind === 'hold' ? 'held' : 'posted'];
}

function stateOf(ledger: ReferenceLedger, hold: string): 'pending' | 'posted' | 'released' {
  const status = ledger.transactions.get(hold)?.status;
  if (status === 'pending' || status === 'posted' || status === 'released') return status;
  throw new Error(`hold ${hold} is ${status}`);
}

/** Open holds are kept, for somebody has to end them. */
function forget({ transactions, entries, heldChanges }: ReferenceLedger): void {
  entries.length = 0;
  heldChanges.clear();
  const over = [...transactions.values()].filter(({ status }) => status !== 'pending');
  for (const { id } of over.slice(0, -REMEMBERED_MAX)) transactions.delete(id);
}
