const SPECIAL = /["\\]/g;

/**
 * Writes values as a Postgres array literal. Everything is quoted, so that a text `NULL` stays a text; null is NULL. Our own,
 * since pg's serializer is a good part of a commit's CPU time: it looks at the type of each of 50,000 elements.
 */
export function arrayLiteral(values: readonly (string | number | bigint | null)[]): string {
  let literal = '';
  for (const value of values) {
    literal += literal === '' ? '{' : ',';
    if (value === null) literal += 'NULL';
    else if (typeof value === 'string')
      literal += `"${SPECIAL.test(value) ? value.replace(SPECIAL, '\\$&') : value}"`;
    else literal += value;
    SPECIAL.lastIndex = 0;
  }
  return literal === '' ? '{}' : `${literal}}`;
}
