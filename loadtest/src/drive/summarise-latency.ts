import type { Histogram } from 'node:perf_hooks';

/** Milliseconds. */
export type Latency = { p50: number; p90: number; p99: number; max: number };

/** Reads a histogram of microseconds; all zero when it is empty. */
export function summariseLatency(histogram: Histogram): Latency {
  const at = (percent: number) => histogram.percentile(percent) / 1000;
  return { p50: at(50), p90: at(90), p99: at(99), max: histogram.max / 1000 };
}
