import { formatNumber } from '../../report/format-number.ts';
import { formatTable } from '../../report/format-table.ts';
import { median } from '../../report/median.ts';
import { formatCells } from '../bench/format-cells.ts';
import type { Results } from '../bench/interleave.ts';
import type { Cost } from '../bench/measure-cost.ts';
import type { Committed } from './commit-until.ts';

/** `written`: transactions in all, with those before the clock ran. */
export type WaySample = Committed & { cost: Cost; written: number };

/** A table of ways to commit, a line for each; `ceiling` names the one that all are compared with, if any. */
export function formatWays(
  all: readonly Results<WaySample>[],
  ceiling: string | undefined,
): string[] {
  const rateOf = ({ results }: Results<WaySample>) =>
    median(results.map(({ count, cost }) => count / cost.seconds));
  const best = all.find(({ name }) => name === ceiling);
  const rows = all.map((way) => [
    way.name,
    ...formatCells(way.results, ['node', 'postgres']),
    formatNumber(median(way.results.map(({ latency }) => latency.percentile(99) / 1000)), 1),
    ...(best ? [formatNumber(rateOf(way) / rateOf(best), 2)] : []),
    formatErrors(way.results),
  ]);
  const head = ['', 'transactions/s', 'node', 'postgres', 'p99 ms'];
  return formatTable([[...head, ...(best ? ['of the ceiling'] : []), 'errors'], ...rows]);
}

function formatErrors(results: readonly WaySample[]): string {
  const sum = new Map<string, number>();
  for (const { errors } of results) {
    for (const [code, times] of errors) sum.set(code, (sum.get(code) ?? 0) + times);
  }
  return [...sum].map(([code, times]) => `${code}: ${times}`).join(', ') || '0';
}
