import type { ExperimentDeps } from '../bench/experiment.ts';
import { measureCost } from '../bench/measure-cost.ts';
import type { MeasuredBooks } from '../books/with-books.ts';
import { type Committed, commitUntil, type Writer } from './commit-until.ts';
import type { WaySample } from './format-ways.ts';

/** One way to commit; `run` opens what it needs, commits for as long as it is told, and closes it. */
export type Way = {
  name: string;
  run: (deps: ExperimentDeps, books: MeasuredBooks) => Promise<WaySample>;
  /** Checks that it breaks by what it leaves out on purpose. */
  broken?: readonly string[];
};

/** Before anything is measured: code is compiled, statements are prepared, and what a committer remembers is learned. */
export const WARM_UP_SECONDS = 1;

/** Commits with every writer until the time is up, and measures what it cost. */
export async function runWay(
  { bench, seconds }: ExperimentDeps,
  size: number,
  writers: readonly Writer[],
): Promise<WaySample> {
  const warmUp = await commitUntil(WARM_UP_SECONDS, size, writers);
  let sample: Committed | undefined;
  const cost = await measureCost(bench, async () => {
    sample = await commitUntil(seconds, size, writers);
  });
  if (!sample) throw new Error('nothing was committed');
  return { ...sample, cost, written: warmUp.count + sample.count };
}
