import { createHistogram } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { summariseLatency } from './summarise-latency.ts';

test('percentiles in milliseconds, to a thousandth of their size', () => {
  const histogram = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 });
  for (let micros = 1; micros <= 100_000; micros++) {
    histogram.record(micros);
  }
  const latency = summariseLatency(histogram);
  expect(Math.abs(latency.p50 / 50 - 1)).toBeLessThan(0.002);
  expect(Math.abs(latency.p90 / 90 - 1)).toBeLessThan(0.002);
  expect(Math.abs(latency.p99 / 99 - 1)).toBeLessThan(0.002);
  expect(Math.abs(latency.max / 100 - 1)).toBeLessThan(0.002);
});

test('nothing recorded is zero', () => {
  expect(summariseLatency(createHistogram())).toEqual({ p50: 0, p90: 0, p99: 0, max: 0 });
});
