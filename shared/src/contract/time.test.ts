import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instantMicros, instantOfMicros, instantText, normalizeInstant } from './time.ts';

describe('an instant is written in UTC to the microsecond', () => {
  test.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000000Z'], // no fraction
    ['2026-01-02T03:04:05.6Z', '2026-01-02T03:04:05.600000Z'],
    ['2026-01-02T03:04:05.67Z', '2026-01-02T03:04:05.670000Z'],
    ['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678000Z'],
    ['2026-01-02T03:04:05.6789Z', '2026-01-02T03:04:05.678900Z'],
    ['2026-01-02T03:04:05.67890Z', '2026-01-02T03:04:05.678900Z'],
    ['2026-01-02T03:04:05.678901Z', '2026-01-02T03:04:05.678901Z'],
    ['2026-01-02T03:04:05.6789012Z', '2026-01-02T03:04:05.678901Z'],
    ['2026-01-02T03:04:05.67890123Z', '2026-01-02T03:04:05.678901Z'],
    ['2026-01-02T03:04:05.999999999Z', '2026-01-02T03:04:05.999999Z'], // cut, not rounded
    ['2026-01-02T03:04:05.000001Z', '2026-01-02T03:04:05.000001Z'],
    ['2026-01-02t03:04:05z', '2026-01-02T03:04:05.000000Z'], // RFC 3339 allows lower case
    ['2026-01-02T03:04:05+00:00', '2026-01-02T03:04:05.000000Z'],
    ['2026-01-02T03:04:05-00:00', '2026-01-02T03:04:05.000000Z'], // an unknown local offset
    ['2026-01-02T03:04:05.5-03:00', '2026-01-02T06:04:05.500000Z'],
    ['2026-01-02T03:04:05+05:45', '2026-01-01T21:19:05.000000Z'], // into the day before
    ['2026-12-31T23:59:59.999999-00:01', '2027-01-01T00:00:59.999999Z'], // into the year after
    ['2026-01-02T03:04:05+23:59', '2026-01-01T03:05:05.000000Z'], // the greatest offset
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000000Z'], // a leap day
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000000Z'], // of a year that 400 divides
    ['2024-02-29T23:30:00-01:00', '2024-03-01T00:30:00.000000Z'],
    ['1969-12-31T23:59:59.25Z', '1969-12-31T23:59:59.250000Z'], // before the epoch a fraction still goes forward
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000Z'], // the first
    ['0000-12-31T23:59:59-00:01', '0001-01-01T00:00:59.000000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'], // the last
  ])('%s is %s', (text, instant) => {
    expect(normalizeInstant(text)).toBe(instant);
  });

  test('whatever its offset', () => {
    const range = {
      min: new Date('0002-01-01T00:00:00Z'),
      max: new Date('9998-12-31T23:59:59Z'),
      noInvalidDate: true,
    };
    fc.assert(
      fc.property(fc.date(range), fc.integer({ min: -1439, max: 1439 }), (date, offset) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
        expect(normalizeInstant(`${local}${offsetText(offset)}`)).toBe(instantText(date.getTime()));
      }),
    );
  });

  test('and stays as it is when read again', () => {
    expect(normalizeInstant(instantText(1_767_323_045_678))).toBe('2026-01-02T03:04:05.678000Z');
  });
});

describe('is no instant', () => {
  test.each([
    '',
    ' ',
    'now',
    '2026',
    '2026-01-02', // no time
    '2026-01-02T03:04Z', // no seconds
    '2026-01-02T03:04:05', // no offset
    '2026-01-02T03:04:05.Z', // no digit after the point
    '2026-01-02T03:04:05,5Z', // a comma
    '2026-01-02T03:04:05.1234567890Z', // ten digits
    '2026-01-02 03:04:05Z', // a blank for T
    '2026-01-02T03:04:05 Z',
    '2026-01-02T03:04:05+0300', // an offset without a colon
    '2026-01-02T03:04:05+03',
    '2026-01-02T03:04:05+3:00',
    '2026-01-02T03:04:05+24:00',
    '2026-01-02T03:04:05+03:60',
    '2026-01-02T03:04:05\u221203:00', // a minus sign that is no hyphen
    '2026-01-02T03:04:05UTC',
    '2026-1-2T03:04:05Z',
    '2026-00-01T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-02-29T00:00:00Z', // not a leap year
    '1900-02-29T00:00:00Z', // nor one that 100 divides
    '2024-02-30T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-01-02T24:00:00Z', // midnight is 00:00:00
    '2026-01-02T25:00:00Z',
    '2026-01-02T03:60:00Z',
    '2026-01-02T03:04:60Z',
    '2016-12-31T23:59:60Z', // a leap second: Postgres would move it
    '0000-01-01T00:00:00Z', // before the first
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01', // after the last
    '+02026-01-02T03:04:05Z',
    '-2026-01-02T03:04:05Z',
    '12026-01-02T03:04:05Z',
    ' 2026-01-02T03:04:05Z',
    '2026-01-02T03:04:05Z ',
    '2026-01-02T03:04:05Z\n',
    '\n2026-01-02T03:04:05Z',
    '2026-01-02T03:04:05Z\u0000',
    '\u0662\u0660\u0662\u0666-01-02T03:04:05Z', // Arabic digits
    '1767323045678',
  ])('%j', (text) => {
    expect(normalizeInstant(text)).toBeNull();
  });

  test('whatever else a text is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(normalizeInstant(text)).toBeNull();
      }),
    );
  });
});

test('milliseconds since the epoch become an instant', () => {
  expect(instantText(0)).toBe('1970-01-01T00:00:00.000000Z');
  expect(instantText(1_767_323_045_678)).toBe('2026-01-02T03:04:05.678000Z');
});

test('an instant is a number of microseconds, and comes back', () => {
  expect(instantMicros('1970-01-01T00:00:00.000000Z')).toBe(0);
  expect(instantMicros('2026-01-02T03:04:05.678901Z')).toBe(1_767_323_045_678_901);
  const instant = fc.oneof(fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER));
  fc.assert(
    fc.property(instant, fc.nat(5_000_000), (micros, later) => {
      for (const value of [micros, Math.min(micros + later, Number.MAX_SAFE_INTEGER)]) {
        const instant = instantOfMicros(value) ?? '';
        expect(normalizeInstant(instant)).toBe(instant);
        expect(instantMicros(instant)).toBe(value);
      }
    }),
  );
});

test('what does not fit into a number of microseconds is none', () => {
  for (const text of ['1969-12-31T23:59:59.999999Z', '2256-01-01T00:00:00.000000Z', 'never'])
    expect(instantMicros(text)).toBeNaN();
  for (const micros of [-1, Number.NaN, Number.MAX_SAFE_INTEGER + 1])
    expect(instantOfMicros(micros)).toBeNull();
});

function offsetText(minutes: number): string {
  const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}
