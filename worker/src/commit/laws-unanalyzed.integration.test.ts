import { transfer } from '@razao/shared/test/commands.ts';
import { runChecks } from '@razao/sql/check.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Books, openBooks, openSession } from '../../test/books.ts';
import { commitBatch } from './commit-batch.ts';

const LAW_MS_MAX = 3_000;

let books: Books;
beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books?.close());

test('every law is quick to look at in books that Postgres has no statistics of', async () => {
  const session = await openSession(books.url);
  const ledger = await books.createLedger('wide');
  for (let batch = 0; batch < 4; batch++) {
    const commands = Array.from({ length: 10 }, (_, n) => {
      const postings = Array.from({ length: 100 }, (_, i) => `world>wide:${batch}:${n}:${i} 1`);
      return transfer(ledger, postings.join(' + '));
    });
    await commitBatch(session, commands);
  }
  session.destroy();
  await books.client.query(`set statement_timeout = ${LAW_MS_MAX}`);
  expect(await runChecks(books.client)).toEqual([]);
});
