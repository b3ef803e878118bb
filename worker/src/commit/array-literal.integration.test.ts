import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Books, openBooks } from '../../test/books.ts';
import { arrayLiteral, jsonArrayLiteral } from './array-literal.ts';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books?.close());

/** Texts made of what means something in an array literal, and of any Unicode; Postgres stores no NUL. */
const text = fc.oneof(
  fc.constantFrom('NULL', 'null', '', ' ', '{}', '{"a"}', '\\', '\\"', '",', "'", '\n\t', '\u0001'),
  fc
    .array(fc.constantFrom('"', '\\', ',', '{', '}', ' ', 'a', 'NULL', "'", 'ç', '😀', '\u2028'))
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }).map((any) => any.replaceAll('\0', '').toWellFormed()),
);

test('texts reach Postgres unchanged, whatever is in them', async () => {
  const property = fc.asyncProperty(fc.array(fc.option(text)), async (values) => {
    const [row] = await books.rows<{ back: (string | null)[]; size: number }>(
      'select to_json($1::text[]) as back, cardinality($1::text[]) as size',
      [arrayLiteral(values)],
    );
    expect(row).toEqual({ back: values, size: values.length });
  });
  await fc.assert(property, { numRuns: 300 });
});

test('JSON texts reach Postgres unchanged, whatever is in them', async () => {
  const value = fc.oneof(fc.array(text), fc.dictionary(text, text));
  const property = fc.asyncProperty(fc.array(fc.option(value)), async (values) => {
    const [row] = await books.rows<{ back: (string | null)[] }>(
      'select to_json($1::text[]) as back',
      [jsonArrayLiteral(values)],
    );
    expect(row?.back).toEqual(values.map((any) => (any === null ? null : JSON.stringify(any))));
  });
  await fc.assert(property, { numRuns: 200 });
});

test('numbers up to 38 digits reach Postgres unchanged', async () => {
  const most = 10n ** 38n - 1n;
  const number = fc.oneof(fc.bigInt({ min: -most, max: most }), fc.maxSafeInteger());
  const property = fc.asyncProperty(fc.array(fc.option(number)), async (values) => {
    const [row] = await books.rows<{ back: (string | null)[] }>(
      'select to_json($1::numeric[]::text[]) as back',
      [arrayLiteral(values)],
    );
    expect(row?.back).toEqual(values.map((value) => (value === null ? null : String(value))));
  });
  await fc.assert(property, { numRuns: 100 });
});
