import { expect, test } from 'vitest';
import { fakeResult } from '../scenarios/fake-result.ts';
import { formatLoad } from './format-load.ts';

test('a run that was as it had to be', () => {
  expect(formatLoad(fakeResult())).toMatchInlineSnapshot(`
    "spread: 64 connections, 20.0 s, 10,000 accounts, ledger load-spread-1
      accepted  202,000  10,100/s
      posted    200,000   9,950/s
      rejected    2,000
      bare      20,000/s before, 19,800/s after: a route that does nothing; accepted 0.51, posted 0.50 of it
      moved     1001000.50 of BRL/2
      answers   201,936 × 202
      latency   p50 4.3 ms, p90 8.0 ms, p99 19.5 ms, max 120.0 ms
      drained   0.10 s after the last request
      errors    none
      settled   64 had no answer when the time was over: sent again
      process   CPU   memory
      api      71 %  130 MiB
      others    3 %
      stored    900 B in Postgres, 1,400 B of its WAL, 600 B of Redis's memory, 1,800 B of its file, each
      verified  accepted = posted + rejected, nothing twice, all balances as computed, samples by HTTP"
  `);
});

test('what differs, errors and refusals are named', () => {
  const text = formatLoad(
    fakeResult({
      errors: { ECONNRESET: 2 },
      refused: 1234,
      problems: ['balances that differ (1): a has 41, not 40'],
    }),
  );
  expect(text).toContain('errors    2 × ECONNRESET, 1,234 × refused, nothing stored');
  expect(text).toContain('DIFFERS   balances that differ (1): a has 41, not 40');
  expect(text).not.toContain('verified');
});

test('a bulk says how large it was, and how many a second', () => {
  const bulk = { size: 100, atomic: true, opposite: false };
  const text = formatLoad(fakeResult({ scenario: 'bulk', bulk, statuses: { 202: 2020 } }));
  expect(text).toContain('bulk of 100, atomic: 64 connections');
  expect(text).toContain('bulks     101.0/s accepted');
});
