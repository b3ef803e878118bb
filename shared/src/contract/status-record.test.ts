import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome } from './command.ts';
import { REJECTIONS, type RejectionCode, rejection } from './rejections.ts';
import { decodeRecord, encodeOutcome, encodeQueued, type QueuedRecord } from './status-record.ts';

const QUEUED = '0 queued transfer 2026-01-02T03:04:05.000000Z q6ur= chunk-1';
const POSTED = '7 posted transfer 2026-01-02T03:04:05.000000Z q6ur= 2026-01-02T03:04:06.000000Z 7';
const REJECTED = `7 rejected ${POSTED.slice('7 posted '.length)} {"code":"account_frozen","detail":"It is  frozen"}`;

describe('a record', () => {
  test('is a line of words that a script can read', () => {
    const facts = {
      kind: 'transfer',
      acceptedAt: '2026-01-02T03:04:05.000000Z',
      fingerprint: 'q6ur=',
    } as const;
    expect(encodeQueued({ ...facts, chunk: 'chunk-1' })).toBe(QUEUED);
    const outcome = {
      ...facts,
      version: 9,
      status: 'posted',
      sequence: 7,
      postedAt: '2026-01-02T03:04:06.000000Z',
    } as const;
    expect(encodeOutcome({ ...outcome, rejection: null })).toBe(POSTED.replace('7', '9'));
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
    ['without its last word', POSTED.slice(0, POSTED.lastIndexOf(' '))],
    ['with an empty word', POSTED.replace(' transfer ', '  ')],
    ['of an unknown status', POSTED.replace('posted', 'settled')],
    ['with words for a version', POSTED.replace('7', 'seven')],
    ['with words for a sequence', POSTED.replace(/7$/, 'seven')],
    ['with a fraction for a version', POSTED.replace('7', '7.5')],
    ['with a negative version', POSTED.replace('7', '-7')],
    ['posted at version 0', POSTED.replace('7', '0')],
    ['posted at sequence 0', POSTED.replace(/7$/, '0')],
    ['with a version beyond 2^53', POSTED.replace('7', '99999999999999999')],
    ['queued at a sequence', QUEUED.replace('0', '7')],
    ['queued with a word too many', `${QUEUED} more`],
    ['rejected without a rejection', POSTED.replace('posted', 'rejected')],
    ['posted with a rejection', REJECTED.replace('rejected', 'posted')],
    ['whose rejection is cut off', REJECTED.slice(0, -1)],
    ['whose rejection is not JSON', `${POSTED.replace('posted', 'rejected')} frozen`],
    ['whose rejection is no object', `${POSTED.replace('posted', 'rejected')} 7`],
    ['whose rejection is null', `${POSTED.replace('posted', 'rejected')} null`],
    [
      'whose rejection has no code',
      `${POSTED.replace('posted', 'rejected')} {"detail":"It is frozen"}`,
    ],
  ])('%s', (_, line) => {
    expect(decodeRecord(line)).toBeNull();
  });

  test('whatever it contains: reading never throws', () => {
    const words = fc.constantFrom(
      '0',
      '7',
      'queued',
      'posted',
      'rejected',
      'transfer',
      '{',
      '{}',
      '"',
      'null',
      '',
      'x',
    );
    const lines = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 9 }).map((list) => list.join(' ')),
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
  const instant = fc
    .date({ min: new Date(0), noInvalidDate: true })
    .map((date) => date.toISOString());
  return {
    kind: fc.constantFrom('transfer', 'hold', 'capture', 'release', 'expiry', 'revert'),
    acceptedAt: instant,
    postedAt: instant,
    fingerprint: fc
      .uint8Array({ minLength: 32, maxLength: 32 })
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
