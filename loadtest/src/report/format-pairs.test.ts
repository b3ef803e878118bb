import { expect, test } from 'vitest';
import { fakeResult } from '../scenarios/fake-result.ts';
import { summarisePairs } from '../scenarios/summarise-pairs.ts';
import { formatPairs } from './format-pairs.ts';

test('medians side by side, then the ratio', () => {
  const hot = fakeResult({ scenario: 'hot', acceptedPerSecond: 9_900, postedPerSecond: 9_452.5 });
  const summary = summarisePairs([{ spread: fakeResult(), hot }]);
  expect(formatPairs(summary)).toMatchInlineSnapshot(`
    "1 interleaved pairs
      median  accepted   posted     p50      p99
      spread  10,100/s  9,950/s  4.3 ms  19.5 ms
      hot      9,900/s  9,453/s  4.3 ms  19.5 ms
      hot by spread, posted: 0.95 (of each pair: 0.95)"
  `);
});
