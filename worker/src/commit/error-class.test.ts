import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { LockLost } from '../leadership/lock-lost.ts';
import { BatchFault, errorCode, isCommandFault, isSessionFault } from './error-class.ts';

/** SQLSTATE and table of an error, and whether it can be the fault of a single command. */
const TABLE: readonly [
  code: string,
  table: string | undefined,
  commandFault: boolean,
  why: string,
][] = [
  ['22001', undefined, true, 'a text too long for its column'],
  ['22003', 'balances', true, 'a number out of range'],
  ['22021', undefined, true, 'a character that the encoding lacks'],
  ['22P02', undefined, true, 'a value that is not of its type'],
  ['22P05', undefined, true, 'NUL in a text'],
  ['23502', 'transactions', true, 'a column that may not be null'],
  ['23514', 'transactions', true, 'a check that refuses a row'],
  ['23505', 'balances', true, 'a balance twice'],
  ['23505', 'entries', true, 'an entry twice'],
  ['23505', 'transactions', false, 'a transaction that another writer stored'],
  ['23505', 'ledgers', false, 'a ledger that another writer wrote'],
  ['23514', 'ledgers', true, 'a check on a ledger'],
  ['08006', undefined, false, 'a connection that broke'],
  ['0A000', undefined, false, 'a plan whose columns changed under it'],
  ['25006', undefined, false, 'a server that only reads'],
  ['25P02', undefined, false, 'a transaction that failed before'],
  ['25P03', undefined, false, 'a session idle in its transaction for too long'],
  ['40001', undefined, false, 'a serialization failure'],
  ['40P01', undefined, false, 'a deadlock'],
  ['42703', undefined, false, 'a column that does not exist'],
  ['42P01', undefined, false, 'a table that does not exist'],
  ['42501', undefined, false, 'a right that is missing'],
  ['53100', undefined, false, 'a full disk'],
  ['53300', undefined, false, 'too many connections'],
  ['55P03', undefined, false, 'a lock that was not to be had'],
  ['57014', undefined, false, 'a statement that took too long'],
  ['57P01', undefined, false, 'a server that shuts down'],
  ['57P03', undefined, false, 'a server that starts'],
  ['58030', undefined, false, 'a disk that fails'],
  ['XX000', undefined, false, 'a bug of Postgres'],
  ['XX001', undefined, false, 'a damaged page'],
];

test.each(TABLE)(
  'invariant 9: %s on %s is the fault of a command: %s (%s)',
  (code, table, fault) => {
    expect(isCommandFault(databaseError(code, table))).toBe(fault);
  },
);

test.each([
  ['an exception of the rules', new BatchFault(new Error('no ledger')), true],
  ['a database error without a code', databaseError(undefined), false],
  ['a lost lock, whatever caused it', new LockLost(0, databaseError('23514')), false],
  ['a write of fewer rows than given', new Error('another writer was here'), false],
  ['a system error', Object.assign(new Error('reset'), { code: 'ECONNRESET' }), false],
  [
    'a code that only looks like one of Postgres',
    Object.assign(new Error(), { code: '23514' }),
    false,
  ],
  ['what is no error at all', 'a text', false],
])('invariant 9: %s is the fault of a command: %s', (_, error, fault) => {
  expect(isCommandFault(error)).toBe(fault);
});

test.each([
  ['25006', undefined, true],
  ['25P02', undefined, true],
  ['26000', undefined, true],
  ['0A000', 'RevalidateCachedQuery', true],
  ['0A000', 'ExecCreateTableAs', false],
  ['23514', undefined, false],
  ['42703', undefined, false],
  ['53100', undefined, false],
  ['57014', undefined, false],
])('SQLSTATE %s (%s) is the fault of the session: %s', (code, routine, fault) => {
  expect(isSessionFault(Object.assign(databaseError(code), { routine }))).toBe(fault);
});

test('what no server said is not the fault of the session', () => {
  expect(isSessionFault(Object.assign(new Error(), { code: '25006' }))).toBe(false);
});

test.each([
  [databaseError('40P01'), '40P01'],
  [Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 'ECONNRESET'],
  [new Error('anything'), 'unknown'],
  [Object.assign(new Error(), { code: 7 }), 'unknown'],
])('the code of %s is %s', (error, code) => {
  expect(errorCode(error)).toBe(code);
});

test('a batch fault keeps its cause', () => {
  const cause = new Error('no ledger 7');
  expect(new BatchFault(cause)).toMatchObject({
    cause,
    message: 'a batch could not be applied: no ledger 7',
  });
});

function databaseError(code: string | undefined, table?: string): DatabaseError {
  return Object.assign(new DatabaseError('refused', 7, 'error'), { code, table });
}
