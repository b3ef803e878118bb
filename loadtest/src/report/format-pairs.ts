import type { PairsSummary } from '../scenarios/summarise-pairs.ts';
import { formatNumber } from './format-number.ts';
import { formatTable } from './format-table.ts';

/** Medians of the pairs and how hot compares with spread. */
export function formatPairs({ pairs, spread, hot, ratios, ratioMedian }: PairsSummary): string {
  const row = (name: string, of: PairsSummary['spread']) => [
    name,
    `${formatNumber(of.acceptedPerSecond)}/s`,
    `${formatNumber(of.postedPerSecond)}/s`,
    `${formatNumber(of.p50Ms, 1)} ms`,
    `${formatNumber(of.p99Ms, 1)} ms`,
  ];
  const table = formatTable([
    ['median', 'accepted', 'posted', 'p50', 'p99'],
    row('spread', spread),
    row('hot', hot),
  ]);
  const each = ratios.map((ratio) => formatNumber(ratio, 2)).join(', ');
  return [
    `${pairs} interleaved pairs`,
    ...table.map((line) => `  ${line}`),
    `  hot by spread, posted: ${formatNumber(ratioMedian, 2)} (of each pair: ${each})`,
  ].join('\n');
}
