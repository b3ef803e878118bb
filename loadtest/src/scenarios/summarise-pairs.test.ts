import { expect, test } from 'vitest';
import { fakeResult } from './fake-result.ts';
import { runPairs } from './run-pairs.ts';
import { summarisePairs } from './summarise-pairs.ts';

function pair(spread: number, hot: number) {
  return {
    spread: fakeResult({ postedPerSecond: spread }),
    hot: fakeResult({ scenario: 'hot', postedPerSecond: hot }),
  };
}

test('medians of each, and the median of the ratios of pairs', () => {
  const summary = summarisePairs([pair(10_000, 9_000), pair(5_000, 5_500), pair(8_000, 7_600)]);
  expect(summary.spread.postedPerSecond).toBe(8_000);
  expect(summary.hot.postedPerSecond).toBe(7_600);
  expect(summary.ratios).toEqual([0.9, 1.1, 0.95]);
  expect(summary.ratioMedian).toBe(0.95);
});

test('pairs take turns in which comes first, and keep apart what is what', async () => {
  const order: string[] = [];
  const run = async (scenario: 'spread' | 'hot') => fakeResult({ scenario });
  const pairs = await runPairs(3, run, ({ scenario }) => order.push(scenario));
  expect(order).toEqual(['spread', 'hot', 'hot', 'spread', 'spread', 'hot']);
  for (const { spread, hot } of pairs) {
    expect([spread.scenario, hot.scenario]).toEqual(['spread', 'hot']);
  }
});
