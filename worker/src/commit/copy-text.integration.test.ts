import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Books, openBooks } from '../../test/books.ts';
import { copyIn } from './copy-in.ts';
import { copyBytes, copyField } from './copy-text.ts';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
  await books.rows('create table copied (n integer, text text, number numeric, bytes bytea)');
});
afterAll(() => books?.close());

/** Texts made of what means something in COPY's text format, and of any Unicode; Postgres stores no NUL. */
const text = fc.oneof(
  fc.constantFrom(
    '\\N',
    '\\.',
    '',
    ' ',
    '\\',
    '\\\\',
    '\t',
    '\n',
    '\r\n',
    '\\t',
    '\b\f\v',
    '\u0001',
  ),
  fc
    .array(fc.constantFrom('\\', '\t', '\n', '\r', '\b', 'N', '.', 'x41', 't', 'ç', '😀', '\u2028'))
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }).map((any) => any.replaceAll('\0', '').toWellFormed()),
);
const most = 10n ** 38n - 1n;
const number = fc.oneof(fc.bigInt({ min: -most, max: most }), fc.maxSafeInteger());
const row = fc.record({
  text: fc.option(text),
  number: fc.option(number),
  bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
});

test('what is copied reaches Postgres unchanged, whatever is in it', async () => {
  const property = fc.asyncProperty(fc.array(row, { minLength: 1 }), async (rows) => {
    const lines = rows.map((row, n) =>
      [n, copyField(row.text), copyField(row.number), copyBytes(row.bytes)].join('\t'),
    );
    await copy('copy copied from stdin', `${lines.join('\n')}\n`);
    const back = await books.rows(
      `select text, number::text, translate(encode(bytes, 'base64'), E'\\n', '') as bytes from copied order by n`,
    );
    await books.rows('truncate copied');
    expect(back).toEqual(
      rows.map((row) => ({ ...row, number: row.number === null ? null : String(row.number) })),
    );
  });
  await fc.assert(property, { numRuns: 100 });
});

test('says how many rows were copied', async () => {
  await expect(copy('copy copied (n) from stdin', '1\n2\n')).resolves.toEqual({ rowCount: 2 });
});

test.each([
  ['a statement', 'copy nothing from stdin', '42P01'],
  ['a row', 'copy copied (n) from stdin', '22P02'],
])(
  '%s that the server refuses fails, and leaves the connection in order',
  async (_, statement, code) => {
    await expect(copy(statement, 'x\n'.repeat(100_000))).rejects.toMatchObject({ code });
    expect(await books.rows('select 1 as one')).toEqual([{ one: 1 }]);
  },
);

function copy(statement: string, rows: string) {
  return copyIn(books.client, statement, rows);
}
