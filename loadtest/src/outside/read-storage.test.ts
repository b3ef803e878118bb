import { expect, test } from 'vitest';
import { storagePerTransaction } from './read-storage.ts';

const before = { database: 1_000, wal: 500, redis: 100, aof: 9_000 };

test('what was added is divided by the transactions, to whole bytes', () => {
  const after = { database: 3_000, wal: 1_501, redis: 400, aof: 9_010 };
  expect(storagePerTransaction(before, after, 4)).toEqual({
    database: 500,
    wal: 250,
    redis: 75,
    aof: 3,
  });
});

test('an append-only file that was rewritten counts as 0, and no transaction divides by none', () => {
  const after = { ...before, aof: 10 };
  expect(storagePerTransaction(before, after, 0)).toEqual({
    database: 0,
    wal: 0,
    redis: 0,
    aof: 0,
  });
});
