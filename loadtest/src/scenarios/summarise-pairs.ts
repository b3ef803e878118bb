import { median } from '../report/median.ts';
import type { LoadResult } from './load-result.ts';

export type Pair = { spread: LoadResult; hot: LoadResult };

type Medians = Record<'acceptedPerSecond' | 'postedPerSecond' | 'p50Ms' | 'p99Ms', number>;

export type PairsSummary = {
  pairs: number;
  spread: Medians;
  hot: Medians;
  /** Posted per second, hot by spread, of each pair. */
  ratios: number[];
  ratioMedian: number;
};

/** Medians over pairs of runs that followed each other; noise of the machine that lasts hits both of a pair alike. */
export function summarisePairs(pairs: readonly Pair[]): PairsSummary {
  const ratios = pairs.map(({ spread, hot }) => hot.postedPerSecond / spread.postedPerSecond);
  return {
    pairs: pairs.length,
    spread: medians(pairs.map((pair) => pair.spread)),
    hot: medians(pairs.map((pair) => pair.hot)),
    ratios,
    ratioMedian: median(ratios),
  };
}

function medians(results: LoadResult[]): Medians {
  return {
    acceptedPerSecond: median(results.map((result) => result.acceptedPerSecond)),
    postedPerSecond: median(results.map((result) => result.postedPerSecond)),
    p50Ms: median(results.map((result) => result.latencyMs.p50)),
    p99Ms: median(results.map((result) => result.latencyMs.p99)),
  };
}
