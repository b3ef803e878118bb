import { describe, expect, test } from 'vitest';
import {
  ADDRESS_PATTERN,
  AMOUNT_PATTERN,
  ASSET_PATTERN,
  LEDGER_PATTERN,
  LIMIT_PATTERN,
  UUID_PATTERN,
  WORLD,
} from './grammar.ts';
import { ADDRESS_CHARS_MAX, AMOUNT_DIGITS_MAX, AMOUNT_LIMIT } from './limits.ts';

const UUID = '0198c0de-0000-7000-8000-00000000000a';
const SEGMENT = 'a'.repeat(64);
/** Three segments of 64 and their colons are 195 characters. */
const LONG = `${SEGMENT}:${SEGMENT}:${SEGMENT}:`;
const NINES = '9'.repeat(38);

describe.each([
  [
    'a ledger',
    LEDGER_PATTERN,
    {
      accepted: ['a', '0', 'book', 'a-b_c', '0-', 'a_', 'a'.repeat(63)],
      refused: ['A', 'bOok', '-a', '_a', 'a.b', 'a:b', 'a/b', 'é', 'a'.repeat(64)],
    },
  ],
  [
    'an address',
    ADDRESS_PATTERN,
    {
      accepted: [
        'a',
        'A',
        '0',
        '.a',
        'a..',
        'a:..b:c',
        '-',
        '_',
        WORLD,
        'users:001:wallet',
        'a.b-c_D:9',
        SEGMENT,
        `${LONG}${'a'.repeat(59)}:`.slice(0, -1),
        `${LONG}${'a'.repeat(60)}`,
      ],
      refused: [
        '.',
        '..',
        '...',
        'a:.',
        '..:a',
        'a:..:b',
        ':',
        ':a',
        'a:',
        'a::b',
        'a/b',
        'a@b',
        'a+b',
        'é',
        '\u0430',
        `${SEGMENT}a`,
        `a:${SEGMENT}a`,
        `${LONG}${'a'.repeat(61)}`,
        'a:'.repeat(200),
      ],
    },
  ],
  [
    'an asset',
    ASSET_PATTERN,
    {
      accepted: ['A/0', 'BRL/2', 'B2/18', 'USD/02', 'A'.repeat(17).concat('/99')],
      refused: [
        'BRL',
        'BRL/',
        '/2',
        'BRL/100',
        'BRL/-1',
        'BRL/2/2',
        'brl/2',
        'Brl/2',
        '2B/2',
        'B_L/2',
        'BRL:2',
        'BRL/x',
        'É/2',
        'A'.repeat(18).concat('/2'),
      ],
    },
  ],
  [
    'an amount',
    AMOUNT_PATTERN,
    {
      accepted: ['1', '9', '10', '1050', NINES, `1${'0'.repeat(37)}`],
      refused: [
        '0',
        '00',
        '01',
        '-1',
        '+1',
        '1.0',
        '1.',
        '.5',
        '1,000',
        '1_000',
        '1e3',
        '1E3',
        '0x1',
        '1n',
        'NaN',
        'Infinity',
        '\u0661',
        '\uff11',
        `1${'0'.repeat(38)}`,
        `0${NINES}`,
      ],
    },
  ],
  [
    'a limit',
    LIMIT_PATTERN,
    {
      accepted: ['0', '1', '10', NINES],
      refused: ['00', '01', '-0', '-1', '+1', '0.0', '1e3', `1${'0'.repeat(38)}`],
    },
  ],
  [
    'a transaction id',
    UUID_PATTERN,
    {
      accepted: [
        UUID,
        '00000000-0000-0000-0000-000000000000',
        'ffffffff-ffff-ffff-ffff-ffffffffffff',
      ],
      refused: [
        UUID.toUpperCase(),
        UUID.replaceAll('-', ''),
        `{${UUID}}`,
        UUID.slice(0, -1),
        `${UUID}0`,
        UUID.replace('c', 'g'),
      ],
    },
  ],
] satisfies [string, RegExp, { accepted: string[]; refused: string[] }][])(
  '%s',
  (_, pattern, { accepted, refused }) => {
    test.each(accepted)('may be %j', (text) => {
      expect(pattern.test(text)).toBe(true);
    });

    test.each(refused)('may not be %j', (text) => {
      expect(pattern.test(text)).toBe(false);
    });

    test('may not be empty, nor have a blank, a line end or a control character on either side or within', () => {
      const [text = ''] = accepted;
      const strange = [
        ' ',
        '\t',
        '\n',
        '\r',
        '\r\n',
        '\u0000',
        '\u00a0',
        '\u2028',
        '\ufeff',
        '\u200b',
      ];
      const texts = strange.flatMap((part) => [
        part,
        `${part}${text}`,
        `${text}${part}`,
        `${text}${part}${text}`,
      ]);
      expect(['', ...texts].filter((candidate) => pattern.test(candidate))).toEqual([]);
    });

    test('is read anew each time', () => {
      expect(pattern.flags).toBe(''); // g and y remember where they were, m lets a line end pass, i lets the case pass
    });
  },
);

test('an address has as many characters as limits.ts says', () => {
  const longest = `${LONG}${'a'.repeat(60)}`;
  expect(longest).toHaveLength(ADDRESS_CHARS_MAX);
  expect(ADDRESS_PATTERN.test(longest)).toBe(true);
  expect(ADDRESS_PATTERN.test(`${longest}a`)).toBe(false);
});

test('an amount has as many digits as limits.ts says, and is below the limit of a balance', () => {
  expect(NINES).toHaveLength(AMOUNT_DIGITS_MAX);
  expect(BigInt(NINES)).toBe(AMOUNT_LIMIT - 1n);
  expect(AMOUNT_PATTERN.test(String(AMOUNT_LIMIT))).toBe(false);
});

test('an address of a megabyte is refused at once', () => {
  const started = performance.now();
  expect(ADDRESS_PATTERN.test('a:'.repeat(500_000))).toBe(false);
  expect(ADDRESS_PATTERN.test('a'.repeat(1_000_000))).toBe(false);
  expect(performance.now() - started).toBeLessThan(250);
});
