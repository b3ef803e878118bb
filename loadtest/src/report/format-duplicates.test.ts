import { expect, test } from 'vitest';
import type { DuplicatesResult } from '../duplicates/run-duplicates.ts';
import { formatDuplicates } from './format-duplicates.ts';

const RESULT: DuplicatesResult = {
  scenario: 'duplicates',
  ledger: 'load-duplicates-1',
  connections: 200,
  seconds: 10,
  keys: 100,
  answers: 100_000,
  answersPerSecond: 10_000,
  conflicts: 5_000,
  latencyMs: { p50: 12, p90: 20, p99: 31, max: 80 },
  transactions: 100,
  statuses: { 202: 95_000, 422: 5_000 },
  errors: {},
  processes: [{ name: 'api', cpuPercent: 90, memoryMib: 100 }],
  problems: [],
};

test('a storm that went by', () => {
  expect(formatDuplicates(RESULT)).toMatchInlineSnapshot(`
    "duplicates: 200 connections, 10.0 s, 100 keys, ledger load-duplicates-1
      answers   95,000 × 202, 5,000 × 422, 10,000/s
      conflicts 5,000 requests with another body for a used key
      latency   p50 12.0 ms, p90 20.0 ms, p99 31.0 ms, max 80.0 ms
      errors    none
      process   CPU   memory
      api      90 %  100 MiB
      verified  100 transactions exist, every answer had the right id, all balances as computed"
  `);
});

test('a problem takes the place of the verdict', () => {
  const text = formatDuplicates({ ...RESULT, problems: ['an answer was not 2xx (1): k 503'] });
  expect(text).toContain('  DIFFERS   an answer was not 2xx (1): k 503');
  expect(text).not.toContain('verified');
});
