import { ASSET_PATTERN } from './grammar.ts';
import { AMOUNT_DIGITS_MAX } from './limits.ts';

const MINOR_UNITS = /^-?[0-9]+$/;
const DECIMAL = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;

/**
 * Writes minor units as people read them, with all decimal places of the asset: 105 of BRL/2 is `1.05`. Exact for numbers of
 * any size. Throws where the text is no integer.
 */
export function formatAmount(minorUnits: string | bigint, asset: string): string {
  const scale = scaleOf(asset);
  if (typeof minorUnits === 'string' && !MINOR_UNITS.test(minorUnits))
    throw new Error(`${quote(minorUnits)} is not an integer of minor units`);
  const value = BigInt(minorUnits);
  const sign = value < 0n ? '-' : '';
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/**
 * Reads what a person wrote into minor units, the inverse of `formatAmount`: `1.05` and `1.5` of BRL/2 are 105 and 150. It may
 * be negative. Throws, with what is wrong, where it is anything but plain digits with at most the asset's decimal places after
 * a point, or comes to more digits than an amount has: nothing is rounded or guessed.
 */
export function parseAmount(text: string, asset: string): string {
  const scale = scaleOf(asset);
  const [, sign, whole = '', fraction = ''] = DECIMAL.exec(text) ?? [];
  if (sign === undefined)
    throw new Error(
      `${quote(text)} is not an amount: digits, then at most a point and more digits`,
    );
  if (fraction.length > scale)
    throw new Error(`${quote(text)} has more than the ${scale} decimal places of ${asset}`);
  const digits = (whole + fraction.padEnd(scale, '0')).replace(/^0+/, '');
  if (digits.length > AMOUNT_DIGITS_MAX)
    throw new Error(
      `${quote(text)} has more than ${AMOUNT_DIGITS_MAX} digits in minor units of ${asset}`,
    );
  return digits === '' ? '0' : sign + digits;
}

function scaleOf(asset: string): number {
  if (!ASSET_PATTERN.test(asset)) throw new Error(`${quote(asset)} is not an asset such as BRL/2`);
  return Number(asset.slice(asset.indexOf('/') + 1));
}

/** Errors are shown on screens: whatever the text is, it is quoted and short. */
function quote(text: string): string {
  return JSON.stringify(text.length > 50 ? `${text.slice(0, 50)}…` : text);
}
