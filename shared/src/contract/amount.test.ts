import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAmount, parseAmount } from './amount.ts';

const NINES = '9'.repeat(38);

describe('minor units', () => {
  test.each([
    ['105', 'BRL/2', '1.05'],
    ['-105', 'BRL/2', '-1.05'],
    ['5', 'BRL/2', '0.05'],
    ['-5', 'BRL/2', '-0.05'],
    ['0', 'BRL/2', '0.00'],
    ['0', 'JPY/0', '0'],
    ['-105', 'JPY/0', '-105'],
    ['105', 'BRL/02', '1.05'],
    ['1', 'WEI/18', '0.000000000000000001'],
    ['1', 'X/99', `0.${'0'.repeat(98)}1`],
    [NINES, 'BRL/2', `${'9'.repeat(36)}.99`],
    [`1${'0'.repeat(400)}`, 'BRL/2', `1${'0'.repeat(398)}.00`],
  ])('%s of %s are %s', (minorUnits, asset, text) => {
    expect(formatAmount(minorUnits, asset)).toBe(text);
    expect(formatAmount(BigInt(minorUnits), asset)).toBe(text);
  });

  test.each(['', ' ', '1.0', '1e3', '0x1', '+1', '--1', '-', '1n', ' 1', '1\n', '１', 'NaN'])(
    'are not %j',
    (text) => {
      expect(() => formatAmount(text, 'BRL/2')).toThrow(/is not an integer of minor units/);
    },
  );
});

describe('a text', () => {
  test.each([
    ['1.05', 'BRL/2', '105'],
    ['1.5', 'BRL/2', '150'],
    ['1', 'BRL/2', '100'],
    ['0.05', 'BRL/2', '5'],
    ['-0.05', 'BRL/2', '-5'],
    ['-1.5', 'BRL/2', '-150'],
    ['0', 'BRL/2', '0'],
    ['-0.00', 'BRL/2', '0'],
    ['105', 'JPY/0', '105'],
    [`0.${'0'.repeat(98)}1`, 'X/99', '1'],
    [`${'9'.repeat(36)}.99`, 'BRL/2', NINES],
    [`-${'9'.repeat(36)}.99`, 'BRL/2', `-${NINES}`],
  ])('%s of %s is %s', (text, asset, minorUnits) => {
    expect(parseAmount(text, asset)).toBe(minorUnits);
  });

  test.each(
    [
      ['', ' ', ' 1', '1 ', '1\n', '\u00a01', '1 000', '1_000', '1,05', '1,000.00', '1.000,00'],
      ['+1', '--1', '- 1', '-', '−1', '1-', '(1)', '01', '00.5', '-01', '1.', '.5', '.', '1..5'],
      ['1.5.0', '1e3', '1E3', '0x1', '1n', 'NaN', 'Infinity', 'R$ 1', '1.05 BRL', '１', '\u0661'],
    ].flat(),
  )('%j is no amount', (text) => {
    expect(() => parseAmount(text, 'BRL/2')).toThrow(/is not an amount/);
  });

  test.each([
    ['1.050', 'BRL/2', '"1.050" has more than the 2 decimal places of BRL/2'],
    ['1.0', 'JPY/0', '"1.0" has more than the 0 decimal places of JPY/0'],
    ['1.234', 'BRL/02', '"1.234" has more than the 2 decimal places of BRL/02'],
    [
      `1${'0'.repeat(36)}`,
      'BRL/2',
      `"1${'0'.repeat(36)}" has more than 38 digits in minor units of BRL/2`,
    ],
    ['1', 'X/38', '"1" has more than 38 digits in minor units of X/38'],
  ])('%s of %s is refused with the reason', (text, asset, message) => {
    expect(() => parseAmount(text, asset)).toThrow(new Error(message));
  });

  test('a megabyte is refused at once, in a short message', () => {
    const started = performance.now();
    for (const text of ['9'.repeat(1_000_000), `${'9'.repeat(1_000_000)}x`])
      expect(() => parseAmount(text, 'BRL/2')).toThrow(/^.{0,150}$/);
    expect(performance.now() - started).toBeLessThan(250);
  });
});

test.each(['BRL', 'BRL/', '/2', 'BRL/100', 'brl/2', '', 'BRL/-1', 'BRL/2 '])(
  '%j has no decimal places',
  (asset) => {
    expect(() => formatAmount('1', asset)).toThrow(/is not an asset/);
    expect(() => parseAmount('1', asset)).toThrow(/is not an asset/);
  },
);

const scales = fc.integer({ min: 0, max: 99 });
const amounts = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });

test('what was written is read as it was, whatever amount and scale', () => {
  fc.assert(
    fc.property(amounts, scales, (amount, scale) => {
      expect(parseAmount(formatAmount(amount, `X/${scale}`), `X/${scale}`)).toBe(String(amount));
    }),
  );
});

test('what is written has the digits of the amount and all decimal places, whatever its size', () => {
  fc.assert(
    fc.property(fc.bigInt(), scales, (amount, scale) => {
      const text = formatAmount(amount, `X/${scale}`);
      const [whole = '', fraction = ''] = text.split('.');
      expect(fraction).toHaveLength(scale);
      expect(whole).toMatch(/^-?(0|[1-9][0-9]*)$/);
      expect(BigInt(whole + fraction)).toBe(amount);
      expect(text.startsWith('-')).toBe(amount < 0n);
    }),
  );
});

test('what is read is the same with fewer decimal places in the end', () => {
  fc.assert(
    fc.property(amounts, scales, (amount, scale) => {
      const text = formatAmount(amount, `X/${scale}`);
      const shorter = text.includes('.') ? text.replace(/\.?0*$/, '') : text;
      expect(parseAmount(shorter === '-0' ? '0' : shorter, `X/${scale}`)).toBe(String(amount));
    }),
  );
});

test('whatever is read is an integer of at most 38 digits', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^-?[0-9]{1,40}(\.[0-9]{1,5})?$/), scales, (text, scale) => {
      let read: string;
      try {
        read = parseAmount(text, `X/${scale}`);
      } catch {
        return;
      }
      expect(read).toMatch(/^(0|-?[1-9][0-9]{0,37})$/);
    }),
  );
});
