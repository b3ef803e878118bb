import type { DuplicatesResult } from '../duplicates/run-duplicates.ts';
import { formatCounts } from './format-counts.ts';
import { formatLatency } from './format-latency.ts';
import { formatNumber } from './format-number.ts';
import { formatUsage } from './format-usage.ts';

/** The report of a duplicate storm. */
export function formatDuplicates(result: DuplicatesResult): string {
  const { connections, seconds, keys, ledger, problems } = result;
  const verdict =
    problems.length === 0
      ? [
          `verified  ${result.transactions} transactions exist, every answer had the right id, all balances as computed`,
        ]
      : problems.map((problem) => `DIFFERS   ${problem}`);
  const body = [
    `answers   ${formatCounts(result.statuses)}, ${formatNumber(result.answersPerSecond)}/s`,
    `conflicts ${formatNumber(result.conflicts)} requests with another body for a used key`,
    `latency   ${formatLatency(result.latencyMs)}`,
    `errors    ${formatCounts(result.errors)}`,
    ...formatUsage(result.processes),
    ...verdict,
  ];
  const title = `duplicates: ${connections} connections, ${formatNumber(seconds, 1)} s, ${keys} keys, ledger ${ledger}`;
  return [title, ...body.map((line) => `  ${line}`)].join('\n');
}
