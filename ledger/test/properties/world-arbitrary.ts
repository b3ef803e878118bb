import type { HoldCommand, TransferCommand } from '@razao/shared/contract/command.ts';
import fc from 'fast-check';
import type { ReferenceStatus } from '../../model/reference-ledger.ts';
import { type Frozen, transactionKey } from '../../src/state.ts';
import {
  EFFECTS,
  groupsArbitrary,
  HOUR,
  postingsArbitrary,
  secondsIn,
} from './command-arbitrary.ts';
import { ADDRESSES, LEDGERS, type Setting, type Stored, type World } from './worlds.ts';

const ASSETS = ['BRL/2', 'USD/2'];
/** The first ledger more often than the others. */
const MOSTLY = LEDGERS.slice(0, 1).flatMap((uid) => [uid, uid, uid]);
const GREATEST = 10n ** 38n - 1n;

/** Small worlds: few transactions, so that many repeat or are acted on; few accounts, so that many run short. */
export function worldArbitrary(): fc.Arbitrary<World> {
  return fc
    .record({
      explicit: fc.oneof(fc.constant<string[]>([]), fc.subarray(LEDGERS)),
      settings: fc.uniqueArray(settingArbitrary(), {
        minLength: 4,
        maxLength: 12,
        selector: ({ ledgerUid, address, asset }) => `${ledgerUid}/${address}/${asset}`,
      }),
      stored: fc.uniqueArray(storedArbitrary(), {
        minLength: 2,
        maxLength: 8,
        selector: ({ command }) => transactionKey(command.ledgerUid, command.id),
      }),
      scales: fc.array(
        fc.record({
          ledgerUid: fc.constantFrom(...LEDGERS),
          asset: fc.constantFrom('BRL/2', 'USD/2', 'BRL/3', 'USD/02'),
        }),
        { maxLength: 1 },
      ),
      cuts: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
      bad: fc.array(fc.nat(30), { maxLength: 2 }),
    })
    .chain(({ bad, ...world }) =>
      groupsArbitrary(world.stored.map(({ command }) => command)).map((groups) => ({
        ...world,
        groups,
        unprocessable: bad.flatMap((index) =>
          (groups[index] ?? []).map(({ ledgerUid, id }) => transactionKey(ledgerUid, id)),
        ),
      })),
    );
}

function settingArbitrary(): fc.Arbitrary<Setting> {
  const limit = fc.oneof(
    fc.constant('none' as const),
    fc.constantFrom(0n, 10n, 30n),
    fc.bigInt(0n, 60n),
  );
  const posted = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(-20n, 0n, 10n, 20n, 50n, 90n) },
    { weight: 4, arbitrary: fc.bigInt(-30n, 150n) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(GREATEST, -GREATEST, GREATEST - 10n, 10n - GREATEST),
    },
  );
  return fc.record({
    ledgerUid: fc.constantFrom(...LEDGERS, ...MOSTLY),
    address: fc.constantFrom(...ADDRESSES),
    frozen: fc.oneof(
      { weight: 12, arbitrary: fc.constant<Frozen>('none') },
      { weight: 1, arbitrary: fc.constantFrom<Frozen[]>('debit', 'credit', 'both') },
    ),
    asset: fc.constantFrom(null, ...ASSETS, ...ASSETS),
    balance: fc.record({ posted, overdraft: limit, max: limit }),
  });
}

/** Transactions from before, of all that can have become of them. */
function storedArbitrary(): fc.Arbitrary<Stored> {
  return fc
    .record({
      ledgerUid: fc.constantFrom(...LEDGERS, ...MOSTLY),
      id: fc.nat(7).map((n) => `00000000-0000-7000-8000-00000000000${n}`),
      isHold: fc.boolean(),
      // Small ones: together they could not hold more than a balance has digits for.
      postings: postingsArbitrary(fc.constantFrom(...ASSETS), 90n),
      status: fc.constantFrom<ReferenceStatus[]>(
        'pending',
        'pending',
        'pending',
        'posted',
        'posted',
        'released',
        'expired',
        'rejected',
      ),
      part: fc.bigInt(0n, 20n),
      lasting: fc.constantFrom(2, 4, HOUR, HOUR, HOUR),
      effectiveAt: fc.constantFrom(null, null, null, ...EFFECTS),
    })
    .map(({ ledgerUid, id, isHold, status, part, lasting, effectiveAt, ...drawn }) => {
      const postings = drawn.postings.map(({ if: _, ...posting }) => posting);
      const facts = {
        ledgerUid,
        id,
        fingerprint: Buffer.from('1'.repeat(32)).toString('base64'),
        acceptedAt: secondsIn(0),
        postings,
        description: null,
        reference: null,
        metadata: {},
        effectiveAt,
      };
      const expiresAt = secondsIn(lasting);
      return isHold
        ? storedHold({ ...facts, kind: 'hold', expiresAt }, status, part)
        : storedTransfer({ ...facts, kind: 'transfer' }, status === 'rejected', part);
    });
}

/** One with several postings is reverted whole or not at all. */
function storedTransfer(command: TransferCommand, isRejected: boolean, part: bigint): Stored {
  const whole = command.postings.map(({ amount }) => BigInt(amount));
  const nothing = whole.map(() => 0n);
  const [only = 0n, ...others] = whole;
  const isPart = others.length === 0 && part < only;
  const reverted = isPart ? [part] : part > 10n ? whole : nothing;
  const status = isRejected ? 'rejected' : 'posted';
  return { command, status, captured: nothing, reverted: isRejected ? nothing : reverted };
}

/** One with several postings is captured whole or not at all. */
function storedHold(command: HoldCommand, status: ReferenceStatus, part: bigint): Stored {
  const whole = command.postings.map(({ amount }) => BigInt(amount));
  const nothing = whole.map(() => 0n);
  const [only = 0n, ...others] = whole;
  const isPart = others.length === 0 && part < only && status !== 'rejected';
  const captured = status === 'posted' ? whole : isPart ? [part] : nothing;
  return { command, status, captured, reverted: nothing };
}
