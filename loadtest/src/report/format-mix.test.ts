import { expect, test } from 'vitest';
import type { MixResult } from '../mix/mix-result.ts';
import { formatMix } from './format-mix.ts';

const RESULT: MixResult = {
  scenario: 'mix',
  ledger: 'load-mix-1',
  connections: 16,
  seconds: 20,
  latencyMs: { p50: 8, p90: 15, p99: 26, max: 80 },
  accepted: 40_000,
  acceptedPerSecond: 2_000,
  outcomes: { transfer: { posted: 30_000, insufficient_funds: 400 }, expiry: { posted: 70 } },
  expirySecondsMax: 0.55,
  closingSeconds: 4.5,
  settled: 16,
  statuses: { 202: 35_000, 400: 50 },
  errors: {},
  processes: [{ name: 'api', cpuPercent: 33, memoryMib: 176 }],
  problems: [],
};

test('a run that was as it had to be', () => {
  expect(formatMix(RESULT)).toMatchInlineSnapshot(`
    "mix: 16 connections, 20.0 s, ledger load-mix-1
      accepted  40,000, 2,000/s
      transfer  30,000 × posted, 400 × insufficient_funds
      hold      none
      capture   none
      release   none
      revert    none
      expiry    70 × posted
      expiry    at most 0.55 s after its time
      closed    every hold ended 4.50 s after the last request
      answers   35,000 × 202, 50 × 400
      latency   p50 8.0 ms, p90 15.0 ms, p99 26.0 ms, max 80.0 ms
      errors    none
      settled   16 had no answer when the time was over: sent again
      process   CPU   memory
      api      33 %  176 MiB
      verified  every outcome and balance is that of the model, in the order of each client, and nothing is held"
  `);
});

test('a problem takes the place of the verdict', () => {
  const text = formatMix({ ...RESULT, problems: ['still held (1): 9 of a BRL/2'] });
  expect(text).toContain('  DIFFERS   still held (1): 9 of a BRL/2');
  expect(text).not.toContain('verified');
});
