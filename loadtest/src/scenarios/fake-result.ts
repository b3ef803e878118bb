import type { LoadResult } from './load-result.ts';

/** A result for tests, with what a test cares about put over it. */
export function fakeResult(about: Partial<LoadResult> = {}): LoadResult {
  return {
    scenario: 'spread',
    bulk: null,
    ledger: 'load-spread-1',
    connections: 64,
    accounts: 10_000,
    seconds: 20,
    latencyMs: { p50: 4.25, p90: 8, p99: 19.5, max: 120 },
    accepted: 202_000,
    acceptedPerSecond: 10_100,
    posted: 200_000,
    postedPerSecond: 9_950,
    moved: '100100050',
    rejected: 2_000,
    drainSeconds: 0.1,
    settled: 64,
    refused: 0,
    statuses: { 202: 201_936 },
    errors: {},
    processes: [
      { name: 'api', cpuPercent: 71.4, memoryMib: 130.2 },
      { name: 'others', cpuPercent: 3, memoryMib: null },
    ],
    storage: { database: 900, wal: 1_400, redis: 600, aof: 1_800 },
    bare: { before: 20_000, after: 19_800 },
    problems: [],
    ...about,
  };
}
