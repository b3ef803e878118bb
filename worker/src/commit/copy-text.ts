const SPECIAL = /[\\\n\r\t]/;
const ALL_SPECIAL = /[\\\n\r\t]/g;
const ESCAPED: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A field of COPY's text format; null is \N. */
export function copyField(value: string | number | bigint | null): string | number | bigint {
  if (value === null) return '\\N';
  return typeof value === 'string' && SPECIAL.test(value)
    ? value.replace(ALL_SPECIAL, (character) => ESCAPED[character] ?? '')
    : value;
}

/** The same of a bytea, which is given in base64. */
export function copyBytes(base64: string): string {
  return `\\\\x${Buffer.from(base64, 'base64').toString('hex')}`;
}
