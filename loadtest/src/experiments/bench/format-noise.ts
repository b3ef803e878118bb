import { formatNumber } from '../../report/format-number.ts';
import { median } from '../../report/median.ts';
import type { Cost } from './measure-cost.ts';

/** A line on what else the machine was busy with: where that is not small, the figures above it say little. */
export function formatNoise(costs: readonly Cost[]): string {
  const percents = costs.map(({ seconds, cpuSeconds }) => (cpuSeconds.others / seconds) * 100);
  const [middle, most] = [median(percents), Math.max(...percents)].map((of) => formatNumber(of));
  return `  other programs used ${middle} % of a core in the median case, ${most} % at most`;
}
