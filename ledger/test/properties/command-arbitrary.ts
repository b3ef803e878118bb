import type {
  Command,
  ConditionalPosting,
  TransactionKind,
} from '@razao/shared/contract/command.ts';
import fc from 'fast-check';
import { ADDRESSES, LEDGERS } from './worlds.ts';

export const HOUR = 3_600;
const GREATEST = 10n ** 38n - 1n;

/** An instant so many seconds after the first. */
export function secondsIn(seconds: number): string {
  return new Date(Date.UTC(2026, 10, 25, 11) + seconds * 1_000).toISOString().replace('Z', '000Z');
}

/** When something takes effect: twice before anything is posted, and once after it. */
export const EFFECTS = [-HOUR, HOUR, 2 * HOUR].map(secondsIn);

/** What a command is drawn from; what it acts on is chosen among those that come before it. */
type Draft = {
  kind: TransactionKind;
  /** Where it takes the id of another one: which. */
  again: number | null;
  body: '1' | '2';
  /** The target: of a kind that suits, any of the ledger, of any ledger, or still to come; and which of them. */
  aim: 'well' | 'near' | 'far' | 'ahead';
  pick: number;
  depends: number | null;
  postings: ConditionalPosting[];
  amount: string | null;
  /** `keep`, or `force`. */
  flag: boolean;
  second: number;
  lasting: number;
  effectiveAt: string | null;
};

/** The first ledger more often than the others. */
const MOSTLY = LEDGERS.slice(0, 1).flatMap((uid) => [uid, uid, uid, uid]);

/** Commands in the groups that are applied together: most stand alone, some are the members of an atomic bulk. */
export function groupsArbitrary(stored: readonly Command[]): fc.Arbitrary<Command[][]> {
  const group = fc.record({
    ledgerUid: fc.constantFrom(...LEDGERS, ...MOSTLY),
    drafts: fc.oneof(
      { weight: 5, arbitrary: fc.tuple(draftArbitrary()) },
      { weight: 1, arbitrary: fc.array(draftArbitrary(), { minLength: 2, maxLength: 4 }) },
    ),
  });
  return fc.array(group, { minLength: 1, maxLength: 30, size: 'max' }).map((groups) => {
    const known = [...stored];
    return groups.map(({ ledgerUid, drafts }, index) => {
      const atomic = Buffer.from(String(index).padStart(32)).toString('base64');
      const members: Command[] = [];
      for (const draft of drafts) {
        const taken = new Set(members.map(({ id }) => id));
        const command = toCommand(ledgerUid, draft, known, taken);
        members.push(drafts.length > 1 ? { ...command, atomic } : command);
        known.push(command);
      }
      return members;
    });
  });
}

function toCommand(
  ledgerUid: string,
  draft: Draft,
  known: readonly Command[],
  taken: ReadonlySet<string>,
): Command {
  const { kind, again, body, pick, depends, postings, amount, flag, effectiveAt } = draft;
  const fresh = idAt(known.length);
  const other = again === null ? undefined : known[again % known.length]?.id;
  const dependsOn = depends === null ? null : (known[depends % (known.length + 2)]?.id ?? fresh);
  const facts = {
    ledgerUid,
    id: other === undefined || taken.has(other) ? fresh : other,
    // Two of one id are the same command or not by their fingerprint alone: bodies that differ prove which is applied.
    fingerprint: Buffer.from(body.repeat(32)).toString('base64'),
    acceptedAt: secondsIn(draft.second),
    ...(dependsOn === null ? {} : { dependsOn }),
  };
  const text = { description: null, reference: null, metadata: {} };
  const suits: readonly TransactionKind[] = kind === 'revert' ? ['transfer', 'capture'] : ['hold'];
  const near = known.filter((one) => one.ledgerUid === ledgerUid);
  const well = near.filter((one) => suits.includes(one.kind));
  const candidates = { well, near, far: known, ahead: [] }[draft.aim];
  const ahead = idAt(known.length + (pick % 3));
  const target = candidates[pick % candidates.length]?.id ?? ahead;
  const dated = effectiveAt === null ? {} : { effectiveAt };
  switch (kind) {
    case 'transfer':
      return { ...facts, kind, postings, ...text, effectiveAt };
    case 'hold':
      return {
        ...{ ...facts, kind, postings, ...text, effectiveAt },
        expiresAt: secondsIn(draft.second + draft.lasting),
      };
    case 'capture':
      return { ...facts, ...dated, kind, target, amount, final: !flag };
    case 'revert':
      return { ...facts, ...dated, kind, target, amount, force: flag };
    case 'release':
    case 'expiry':
      return { ...facts, kind, target };
  }
}

function idAt(place: number): string {
  return `00000000-0000-7000-8000-${String(place + 100).padStart(12, '0')}`;
}

function draftArbitrary(): fc.Arbitrary<Draft> {
  const rarely = <T>(weight: number, value: fc.Arbitrary<T>) =>
    fc.oneof({ weight, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
  const asset = fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom('BRL/2', 'BRL/2', 'BRL/2', 'USD/2') },
    { weight: 1, arbitrary: fc.constantFrom('BRL/3', 'BRL/02') },
  );
  const amount = fc
    .oneof({ weight: 3, arbitrary: fc.constantFrom(10n, 20n) }, fc.bigInt(1n, 30n))
    .map(String);
  return fc.record({
    kind: fc.oneof(
      { weight: 4, arbitrary: fc.constant('transfer' as const) },
      { weight: 4, arbitrary: fc.constant('hold' as const) },
      { weight: 4, arbitrary: fc.constant('capture' as const) },
      { weight: 3, arbitrary: fc.constant('revert' as const) },
      { weight: 2, arbitrary: fc.constantFrom('release' as const, 'expiry' as const) },
    ),
    again: rarely(12, fc.nat(60)),
    body: fc.constantFrom('1', '1', '1', '2'),
    aim: fc.oneof(
      { weight: 10, arbitrary: fc.constant('well' as const) },
      { weight: 3, arbitrary: fc.constantFrom<Draft['aim'][]>('near', 'near', 'far', 'ahead') },
    ),
    pick: fc.nat(60),
    depends: rarely(15, fc.nat(60)),
    postings: postingsArbitrary(asset, GREATEST),
    amount: fc.oneof(fc.constant(null), amount),
    flag: fc.boolean(),
    second: fc.integer({ min: 0, max: 5 }),
    lasting: fc.constantFrom(1, 3, HOUR, HOUR, HOUR, HOUR),
    effectiveAt: rarely(4, fc.constantFrom(...EFFECTS)),
  });
}

/** Round amounts meet round limits: what just fits occurs as often as what just does not. */
export function postingsArbitrary(
  asset: fc.Arbitrary<string>,
  greatest: bigint,
): fc.Arbitrary<ConditionalPosting[]> {
  const size = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(10n, 20n, 30n) },
    { weight: 10, arbitrary: fc.bigInt(1n, 60n) },
    { weight: 1, arbitrary: fc.oneof(fc.constant(greatest), fc.bigInt(1n, greatest)) },
  );
  const posting = fc
    .record({
      pair: fc.oneof(
        fc.shuffledSubarray(ADDRESSES, { minLength: 2, maxLength: 2 }),
        fc.constantFrom('alice', 'bob').map((account) => ['world', account]),
      ),
      asset,
      amount: size.map(String),
      least: fc.oneof(
        { weight: 12, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.constantFrom('10', '20', '1') },
      ),
    })
    .map(({ pair: [source = '', destination = ''], least, ...rest }): ConditionalPosting => {
      const plain = { source, destination, ...rest };
      return least === null ? plain : { ...plain, if: { sourceAvailableGte: least } };
    });
  return fc.oneof(
    { weight: 2, arbitrary: fc.tuple(posting) },
    { weight: 1, arbitrary: fc.array(posting, { minLength: 2, maxLength: 4 }) },
  );
}
