import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome } from './command.ts';
import { REJECTIONS, type RejectionCode, rejection } from './rejections.ts';
import {
  decodeRecord,
  encodeOutcome,
  encodeQueued,
  extendFingerprint,
  type QueuedRecord,
  sameFingerprint,
} from './status-record.ts';
import { instantOfMicros } from './time.ts';

const WHOLE = 'q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=';
const CUT = WHOLE.slice(0, 20);
const QUEUED = `0Qt${CUT}85qiDsyXo chunk-1`;
const POSTED = `7Pt${CUT}85qiDxAgq.4C92`;
const REJECTED = `${POSTED.replace('P', 'X')} {"code":"account_frozen","detail":"It is  frozen"}`;

const FACTS = {
  kind: 'transfer',
  acceptedAt: '2026-01-02T03:04:05.000000Z',
  fingerprint: WHOLE,
} as const;
const OUTCOME = {
  ...FACTS,
  version: 7,
  status: 'posted',
  sequence: 7,
  postedAt: '2026-01-02T03:04:06.000000Z',
  rejection: null,
} as const satisfies Outcome;

describe('a record', () => {
  test('is a line that begins with its version', () => {
    expect(encodeQueued({ ...FACTS, chunk: 'chunk-1' })).toBe(QUEUED);
    expect(encodeOutcome(OUTCOME)).toBe(POSTED);
    expect(encodeOutcome({ ...OUTCOME, version: 9 })).toBe(`${POSTED.replace('7', '9')}:7`);
  });

  test('keeps as much of the fingerprint as tells commands apart', () => {
    expect(decodeRecord(POSTED)?.fingerprint).toBe(CUT);
    for (const [a, b] of [
      [WHOLE, WHOLE],
      [WHOLE, CUT],
      [CUT, WHOLE],
      [CUT, CUT],
      [extendFingerprint(CUT), WHOLE],
      [CUT, extendFingerprint(CUT)],
      [extendFingerprint(CUT), extendFingerprint(CUT)],
    ] as const) {
      expect(sameFingerprint(a, b)).toBe(true);
      expect(sameFingerprint(a, `x${b.slice(1)}`)).toBe(false);
      expect(sameFingerprint(a, `${b.slice(0, 19)}x${b.slice(20)}`)).toBe(false);
    }
    expect(Buffer.from(extendFingerprint(CUT), 'base64')).toHaveLength(32);
    // What is whole on both sides is compared whole.
    expect(sameFingerprint(WHOLE, WHOLE.replace(/s=$/, 'w='))).toBe(false);
  });

  test('of up to a hundred million in a ledger is small enough to be kept in one piece', () => {
    const version = 99_999_999;
    const line = encodeOutcome({ ...OUTCOME, version, sequence: version });
    expect(line.length).toBeLessThanOrEqual(44);
  });

  test('that was posted before it was accepted, by another clock, says so', () => {
    const early = { ...OUTCOME, postedAt: '2026-01-02T03:04:04.999999Z', fingerprint: CUT };
    expect(encodeOutcome(early)).toMatch(/-1$/);
    expect(decodeRecord(encodeOutcome(early))).toEqual(early);
  });

  test('of an instant that does not fit into a number counts as absent', () => {
    for (const instant of ['1969-12-31T23:59:59.999999Z', '2256-01-01T00:00:00.000000Z']) {
      expect(decodeRecord(encodeOutcome({ ...OUTCOME, postedAt: instant }))).toBeNull();
      expect(decodeRecord(encodeQueued({ ...FACTS, acceptedAt: instant, chunk: 'c' }))).toBeNull();
    }
  });

  test('of a queued command comes back as it went in', () => {
    fc.assert(
      fc.property(queuedArbitrary(), (record) => {
        expect(decodeRecord(encodeQueued(record))).toEqual(record);
      }),
    );
  });

  test('of an outcome comes back as it went in', () => {
    fc.assert(
      fc.property(outcomeArbitrary(), (outcome) => {
        expect(decodeRecord(encodeOutcome(outcome))).toEqual(outcome);
      }),
    );
  });

  test('keeps the blanks in the text of a rejection', () => {
    expect(decodeRecord(REJECTED)).toMatchObject({
      rejection: { code: 'account_frozen', detail: 'It is  frozen' },
    });
  });
});

describe('an unreadable line counts as absent', () => {
  test.each([
    ['empty', ''],
    ['blank', '      '],
    ['not a record', 'hello'],
    [
      'as it was before',
      '7 posted transfer 2026-01-02T03:04:05.000000Z q6ur= 2026-01-02T03:04:06.000000Z 7',
    ],
    ['without its last part', POSTED.slice(0, POSTED.lastIndexOf('.'))],
    ['with an empty last part', POSTED.slice(0, POSTED.lastIndexOf('.') + 1)],
    ['without the instant of its acceptance', POSTED.replace('85qiDxAgq', '')],
    ['of an unknown status', POSTED.replace('P', 'S')],
    ['of an unknown kind', POSTED.replace('t', 'x')],
    ['with a letter for a version', POSTED.replace('7', 'v')],
    ['with a letter for a sequence', `${POSTED}:s`],
    ['with a fraction for a version', POSTED.replace('7', '7.5')],
    ['with a negative version', POSTED.replace('7', '-7')],
    ['posted at version 0', POSTED.replace('7', '0')],
    ['posted at sequence 0', `${POSTED}:0`],
    ['with a version beyond 2^53', POSTED.replace('7', '99999999999999999')],
    ['with an instant that is none', POSTED.replace('85qiDxAgq', '85qi+syXo')],
    ['with an instant beyond 2^53', POSTED.replace('85qiDxAgq', 'zzzzzzzzz')],
    ['queued at a sequence', QUEUED.replace('0', '7')],
    ['queued in no chunk', QUEUED.replace('chunk-1', '')],
    ['queued with a word too many', `${QUEUED} more`],
    ['rejected without a rejection', POSTED.replace('P', 'X')],
    ['posted with a rejection', REJECTED.replace('X', 'P')],
    ['posted with a word too many', `${POSTED} more`],
    ['whose rejection is cut off', REJECTED.slice(0, -1)],
    ['whose rejection is not JSON', `${POSTED.replace('P', 'X')} frozen`],
    ['whose rejection is no object', `${POSTED.replace('P', 'X')} 7`],
    ['whose rejection is null', `${POSTED.replace('P', 'X')} null`],
    ['whose rejection has no code', `${POSTED.replace('P', 'X')} {"detail":"It is frozen"}`],
  ])('%s', (_, line) => {
    expect(decodeRecord(line)).toBeNull();
  });

  test('whatever it contains: reading never throws', () => {
    const words = fc.constantFrom(
      '0Q',
      '7P',
      '7X',
      't',
      CUT,
      '85qiDsyXo',
      '.4C92',
      ':7',
      ' ',
      '{',
      '{}',
      '"',
      'null',
      '',
      'x',
    );
    const lines = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 9 }).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(lines, (line) => {
        expect(() => decodeRecord(line)).not.toThrow();
      }),
      { numRuns: 1_000 },
    );
  });

  test('cut off anywhere: reading never throws', () => {
    for (let end = 0; end < REJECTED.length; end += 1) {
      expect(decodeRecord(REJECTED.slice(0, end))).toBeNull();
    }
  });
});

function factsArbitrary() {
  const instant = fc.maxSafeNat().map((micros) => instantOfMicros(micros) ?? '');
  return {
    kind: fc.constantFrom('transfer', 'hold', 'capture', 'release', 'expiry', 'revert'),
    acceptedAt: instant,
    postedAt: instant,
    fingerprint: fc
      .uint8Array({ minLength: 15, maxLength: 15 })
      .map((bytes) => Buffer.from(bytes).toString('base64')),
  } as const;
}

function queuedArbitrary(): fc.Arbitrary<QueuedRecord> {
  const { kind, acceptedAt, fingerprint } = factsArbitrary();
  return fc.record({
    status: fc.constant('queued'),
    kind,
    acceptedAt,
    fingerprint,
    chunk: fc.uuid(),
  });
}

function outcomeArbitrary(): fc.Arbitrary<Outcome> {
  const facts = {
    ...factsArbitrary(),
    version: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    sequence: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  };
  const amount = fc.bigInt(-(10n ** 38n), 10n ** 38n).map(String);
  const about = fc.record(
    { account: fc.string(), asset: fc.string(), available: amount, required: amount },
    { requiredKeys: [] },
  );
  const code = fc.constantFrom(...(Object.keys(REJECTIONS) as RejectionCode[]));
  const cause = fc.tuple(code, about).map(([given, place]) => rejection(given, place));
  const held = fc.constantFrom('pending', 'posted', 'released', 'expired');
  return fc.oneof(
    fc.record({ ...facts, status: held, rejection: fc.constant(null) }),
    fc.record({ ...facts, status: fc.constant('rejected'), rejection: cause }),
  );
}
