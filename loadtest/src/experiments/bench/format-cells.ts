import { formatNumber } from '../../report/format-number.ts';
import { median } from '../../report/median.ts';
import type { Cost } from './measure-cost.ts';

/** So many commands or transactions at that cost. */
export type Sample = { count: number; cost: Cost };

const rate = ({ count, cost }: Sample) => count / cost.seconds;

/** The median rate, and the median CPU time in µs for each of what is counted, by the processes that are named. */
export function formatCells(
  samples: readonly Sample[],
  processes: readonly (keyof Cost['cpuSeconds'])[],
): string[] {
  const micros = (name: keyof Cost['cpuSeconds']) =>
    median(samples.map(({ count, cost }) => (cost.cpuSeconds[name] / count) * 1e6));
  return [
    formatNumber(median(samples.map(rate))),
    ...processes.map((name) => formatNumber(micros(name), 1)),
  ];
}
