import type { MixResult } from '../mix/mix-result.ts';
import { formatCounts } from './format-counts.ts';
import { formatLatency } from './format-latency.ts';
import { formatNumber } from './format-number.ts';
import { formatUsage } from './format-usage.ts';

const KINDS = ['transfer', 'hold', 'capture', 'release', 'revert', 'expiry'];

/** The report of a run of all commands. */
export function formatMix(result: MixResult): string {
  const { connections, seconds, ledger, outcomes, problems } = result;
  const verdict =
    problems.length === 0
      ? [
          'verified  every outcome and balance is that of the model, in the order of each client, and nothing is held',
        ]
      : problems.map((problem) => `DIFFERS   ${problem}`);
  const body = [
    `accepted  ${formatNumber(result.accepted)}, ${formatNumber(result.acceptedPerSecond)}/s`,
    ...KINDS.map((kind) => `${kind.padEnd(9)} ${formatCounts(outcomes[kind] ?? {})}`),
    `expiry    at most ${formatNumber(result.expirySecondsMax, 2)} s after its time`,
    `closed    every hold ended ${formatNumber(result.closingSeconds, 2)} s after the last request`,
    `answers   ${formatCounts(result.statuses)}`,
    `latency   ${formatLatency(result.latencyMs)}`,
    `errors    ${formatCounts(result.errors)}`,
    `settled   ${formatNumber(result.settled)} had no answer when the time was over: sent again`,
    ...formatUsage(result.processes),
    ...verdict,
  ];
  const title = `mix: ${connections} connections, ${formatNumber(seconds, 1)} s, ledger ${ledger}`;
  return [title, ...body.map((line) => `  ${line}`)].join('\n');
}
