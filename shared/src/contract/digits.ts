const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = DIGITS.length;
/** Two digits at once. */
const PAIRS = Array.from(
  { length: BASE ** 2 },
  (_, value) => DIGITS.charAt(Math.trunc(value / BASE)) + DIGITS.charAt(value % BASE),
);
/** What the fast operators can work on: as many digits as fit into 31 bits. */
const PART = BASE ** 4;
const VALUES = Array.from({ length: 128 }, (_, code) => DIGITS.indexOf(String.fromCharCode(code)));

/**
 * A whole number from 0 to 2^53 in as few letters and digits as there are; nothing at all for what is none. (`toString(36)`
 * takes ten times as long.)
 */
export function toDigits(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) return '';
  if (value < PART) return withoutZeros(fourDigits(value));
  const high = Math.floor(value / PART);
  return toDigits(high) + fourDigits(value - high * PART);
}

function fourDigits(value: number): string {
  const high = (value / (BASE * BASE)) | 0;
  return `${PAIRS[high]}${PAIRS[value - high * BASE * BASE]}`;
}

function withoutZeros(text: string): string {
  let from = 0;
  while (from < text.length - 1 && text.charCodeAt(from) === 48) from += 1;
  return text.slice(from);
}

/** The number again; NaN where the text is not such digits, or is too long for a number. */
export function fromDigits(text: string): number {
  let value = text === '' ? Number.NaN : 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = VALUES[text.charCodeAt(at)] ?? -1;
    value = digit < 0 ? Number.NaN : value * BASE + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN;
}
