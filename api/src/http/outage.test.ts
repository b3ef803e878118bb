import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { isOutage, outageCause } from './outage.ts';

test.each([
  ...[
    '08006',
    '08P01',
    '25006',
    '25P04',
    '53300',
    '53200',
    '55P03',
    '57014',
    '57P01',
    '57P03',
    '58030',
  ],
  ...['42P01', '42703', '42883'],
])('SQLSTATE %s speaks of the server: an outage', (code) => {
  expect(isOutage(databaseError(code))).toBe(true);
});

test.each(['22P02', '23505', '42601', '42501', '0A000', 'XX000', ''])(
  'SQLSTATE %s speaks of the statement: a bug',
  (code) => {
    expect(isOutage(databaseError(code))).toBe(false);
  },
);

test.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND'])(
  '%s is an outage',
  (code) => {
    expect(isOutage(Object.assign(new Error('connect'), { code }))).toBe(true);
  },
);

test.each([
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Client has encountered a connection error and is not queryable',
  "Stream isn't writeable and enableOfflineQueue options is false",
  'Connection is closed.',
  'Command timed out',
  'Reached the max retries per request limit (which is 0)',
])('"%s" is an outage', (message) => {
  expect(isOutage(new Error(message))).toBe(true);
});

test.each([
  "OOM command not allowed when used memory > 'maxmemory'.",
  'LOADING Redis is loading the dataset in memory',
  "READONLY You can't write against a read only replica.",
  'MISCONF Errors writing to the AOF file: No space left on device',
])('what Redis says of itself is an outage: %s', (message) => {
  expect(isOutage(replyError(message))).toBe(true);
});

test('what Redis says of a command is a bug', () => {
  expect(isOutage(replyError("ERR unknown command 'STE'"))).toBe(false);
  expect(isOutage(replyError('WRONGTYPE Operation against a key'))).toBe(false);
});

test.each([
  new TypeError('x is not a function'),
  new Error(''),
  Object.assign(new Error('no file'), { code: 'ENOENT' }),
  'Connection is closed.',
  undefined,
])('%s is a bug', (error) => {
  expect(isOutage(error)).toBe(false);
});

test.each([
  [databaseError('57P01'), '57P01'],
  [
    Object.assign(new Error('connect ECONNREFUSED ::1:1'), { code: 'ECONNREFUSED' }),
    'ECONNREFUSED',
  ],
  [new Error('Connection terminated unexpectedly'), 'Connection terminated'],
  [replyError('OOM command not allowed'), 'OOM'],
])('the cause of %s is %s', (error, cause) => {
  expect(outageCause(error)).toBe(cause);
});

function databaseError(code: string): DatabaseError {
  return Object.assign(new DatabaseError('it went wrong', 1, 'error'), { code });
}

function replyError(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}
