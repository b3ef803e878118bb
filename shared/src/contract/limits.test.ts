import { expect, test } from 'vitest';
import * as limits from './limits.ts';

const numbers = Object.entries(limits).flatMap(([name, value]) =>
  typeof value === 'object'
    ? Object.entries(value).map(([key, part]) => [`${name}.${key}`, part] as const)
    : [[name, value] as const],
);

test.each(numbers)('%s is a positive number', (name, value) => {
  expect(value > 0).toBe(true);
  expect(
    typeof value === 'bigint' || Number.isSafeInteger(value) || /_SHARES?[_.]/.test(name),
  ).toBe(true);
});

test.each([
  [
    'the contract states these',
    [
      [limits.BODY_BYTES_MAX, 65_536],
      [limits.POSTINGS_MAX, 100],
      [limits.ADDRESS_CHARS_MAX, 255],
      [limits.METADATA_KEYS_MAX, 50],
      [limits.METADATA_KEY_CHARS_MAX, 64],
      [limits.METADATA_VALUE_CHARS_MAX, 500],
      [limits.DESCRIPTION_CHARS_MAX, 500],
      [limits.REFERENCE_CHARS_MAX, 200],
      [limits.IDEMPOTENCY_KEY_CHARS_MAX, 255],
      [limits.WAIT_SECONDS_MAX, 10],
      [limits.IDEMPOTENCY_WINDOW_SECONDS, 3_600],
      [limits.AMOUNT_LIMIT, BigInt(`1${'0'.repeat(38)}`)],
    ],
  ],
] as [string, [number | bigint, number | bigint][]][])('%s', (_, pairs) => {
  for (const [ours, contract] of pairs) expect(ours).toBe(contract);
});

test.each([
  ['a request fits into a chunk', limits.BODY_BYTES_MAX, limits.CHUNK_BYTES_MAX],
  ['a chunk fits into a batch', limits.CHUNK_COMMANDS_MAX, limits.BATCH_COMMANDS_MAX],
  ['a transaction fits into a batch', limits.POSTINGS_MAX, limits.BATCH_POSTINGS_MAX],
  ['the intake holds more than one chunk', limits.CHUNK_COMMANDS_MAX, limits.INTAKE_PENDING_MAX],
  ['a committer can have more in hand than one chunk', 1, limits.FETCH_CHUNKS_MAX],
  [
    'what is in hand is less than what may wait',
    limits.HAND_COMMANDS_MAX,
    limits.QUEUE_COMMANDS_MAX,
  ],
  [
    'a chunk runs alone before its command is rejected',
    limits.ORPHANINGS_BEFORE_ALONE,
    limits.DEATHS_BEFORE_REJECTION,
  ],
  [
    'a heartbeat is due before an answer is too old',
    limits.LOCK_HEARTBEAT_MS,
    limits.LOCK_ANSWER_AGE_MS_MAX,
  ],
  [
    'fetching ends before an open commit is ended',
    limits.LOCK_ANSWER_AGE_MS_MAX,
    limits.LOCK_IDLE_IN_TRANSACTION_MS,
  ],
  [
    'fetching ends before the session is ended',
    limits.LOCK_ANSWER_AGE_MS_MAX,
    limits.LOCK_IDLE_SESSION_MS,
  ],
  [
    'an open commit is ended before the session is',
    limits.LOCK_IDLE_IN_TRANSACTION_MS,
    limits.LOCK_IDLE_SESSION_MS,
  ],
  [
    'the server gives a commit up before the client does',
    limits.COMMIT_STATEMENT_MS_MAX,
    limits.COMMIT_CLIENT_MS_MAX,
  ],
  [
    'settings give up before they stall a commit',
    limits.SETTINGS_STATEMENT_MS_MAX,
    limits.COMMIT_STATEMENT_MS_MAX,
  ],
  [
    'a waiting caller is looked after many times',
    limits.WAIT_POLL_MS * 10,
    limits.WAIT_SECONDS_MAX * 1_000,
  ],
  [
    'what waits is known anew before a command times out',
    limits.BACKLOG_AGE_MS_MAX,
    limits.REDIS_COMMAND_MS_MAX,
  ],
  [
    'Redis is tried again before a command times out',
    limits.REDIS_RETRY_MS,
    limits.REDIS_COMMAND_MS_MAX,
  ],
  [
    'a commit in hand can end before a process must stop',
    limits.COMMIT_STATEMENT_MS_MAX,
    limits.STOP_DEADLINE_MS,
  ],
  [
    'a commit that waits for a lock ends before a process that stops cuts it off',
    limits.COMMIT_LOCK_MS_MAX,
    limits.STOP_COMMIT_MS_MAX,
  ],
  [
    'a lock that is waited for is no statement that takes too long',
    limits.COMMIT_LOCK_MS_MAX,
    limits.COMMIT_STATEMENT_MS_MAX,
  ],
  ['a commit that runs alone waits less', limits.ALONE_LOCK_MS_MAX, limits.COMMIT_LOCK_MS_MAX],
  [
    'a process speaks many times before it is dead',
    limits.OWNER_BEAT_MS * 3,
    limits.OWNER_SILENT_MS,
  ],
  [
    'a committer speaks many times before its shard is without one',
    limits.OWNER_BEAT_MS * 3,
    limits.COMMITTER_SILENT_MS,
  ],
  ['a pace is told anew before it is forgotten', limits.DRAIN_RATE_MS, limits.DRAIN_RATE_KEPT_MS],
  [
    'a pace is believed for longer than a commit takes',
    limits.COMMIT_STATEMENT_MS_MAX,
    limits.DRAIN_RATE_KEPT_MS,
  ],
  ['memory is refused before it is full', limits.REDIS_USED_SHARE_MAX, 1],
  [
    'what is finished has gone before writes are refused for the memory that is used',
    limits.MEMORY_SHARES.full,
    limits.REDIS_USED_SHARE_MAX,
  ],
  [
    'what is finished shortens before it goes',
    limits.MEMORY_SHARES.shortens,
    limits.MEMORY_SHARES.shortest,
  ],
  ['balances go before all else does', limits.MEMORY_SHARES.shortest, limits.MEMORY_SHARES.full],
  [
    'what is finished has gone before the memory is full of what waits',
    limits.REDIS_MEMORY_SHARE_MAX,
    limits.MEMORY_SHARES.full,
  ],
] as [string, number, number][])('%s', (_, smaller, greater) => {
  expect(smaller).toBeLessThan(greater);
});
