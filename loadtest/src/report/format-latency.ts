import type { Latency } from '../drive/summarise-latency.ts';
import { formatNumber } from './format-number.ts';

/** One line, in milliseconds. */
export function formatLatency({ p50, p90, p99, max }: Latency): string {
  const ms = (value: number) => `${formatNumber(value, 1)} ms`;
  return `p50 ${ms(p50)}, p90 ${ms(p90)}, p99 ${ms(p99)}, max ${ms(max)}`;
}
