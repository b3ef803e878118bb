import { expect, test } from 'vitest';
import { fakeResult } from './fake-result.ts';
import { mergeLoads } from './merge-loads.ts';

test('counts and rates are added up, of latencies the worst is taken', () => {
  const one = { ...fakeResult(), accepted: 30, postedPerSecond: 3, statuses: { 202: 2 } };
  const latencyMs = { ...one.latencyMs, p99: one.latencyMs.p99 + 5 };
  const other = { ...fakeResult(), accepted: 10, postedPerSecond: 4, statuses: { 202: 1, 503: 1 } };
  const merged = mergeLoads([one, { ...other, latencyMs, problems: ['lost'] }]);
  expect(merged).toMatchObject({
    accepted: 40,
    postedPerSecond: 7,
    statuses: { 202: 3, 503: 1 },
    latencyMs,
    problems: [...one.problems, 'lost'],
  });
  expect(merged.moved).toBe(String(2n * BigInt(one.moved)));
  // The first divided the growth of the stores by 30 transactions, which were 40.
  expect(merged.storage.wal).toBeCloseTo(one.storage.wal * 0.75);
});
