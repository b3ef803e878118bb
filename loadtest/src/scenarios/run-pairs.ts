import type { LoadResult } from './load-result.ts';
import type { Pair } from './summarise-pairs.ts';

/**
 * Runs pairs of spread and hot. Every second pair begins with hot, so that neither always has the younger database. `run`
 * makes one run, `onResult` gets each result as soon as it is there.
 */
export async function runPairs(
  count: number,
  run: (scenario: 'spread' | 'hot') => Promise<LoadResult>,
  onResult: (result: LoadResult) => void,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  const report = async (scenario: 'spread' | 'hot') => {
    const result = await run(scenario);
    onResult(result);
    return result;
  };
  for (let index = 0; index < count; index++) {
    if (index % 2 === 0) {
      const spread = await report('spread');
      pairs.push({ spread, hot: await report('hot') });
    } else {
      const hot = await report('hot');
      pairs.push({ spread: await report('spread'), hot });
    }
  }
  return pairs;
}
