import type { Latency } from '../drive/summarise-latency.ts';
import type { Storage } from '../outside/read-storage.ts';
import type { LoadRun } from './run-load.ts';

/**
 * One result for runs that were made at once, each on a ledger of its own: counts and rates are added up, of latencies the
 * worst is taken, and what was measured of the whole machine is told once.
 */
export function mergeLoads(results: readonly [LoadRun, ...LoadRun[]]): LoadRun {
  const [first] = results;
  const sum = (of: (result: LoadRun) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const most = (of: (result: LoadRun) => number) => Math.max(...results.map(of));
  const accepted = sum((result) => result.accepted);
  return {
    ...first,
    ledger: results.map(({ ledger }) => ledger).join(', '),
    connections: sum(({ connections }) => connections),
    accounts: sum(({ accounts }) => accounts),
    seconds: most(({ seconds }) => seconds),
    latencyMs: worst(results.map(({ latencyMs }) => latencyMs)),
    accepted,
    acceptedPerSecond: sum(({ acceptedPerSecond }) => acceptedPerSecond),
    posted: sum(({ posted }) => posted),
    postedPerSecond: sum(({ postedPerSecond }) => postedPerSecond),
    moved: String(results.reduce((total, { moved }) => total + BigInt(moved), 0n)),
    rejected: sum(({ rejected }) => rejected),
    drainSeconds: most(({ drainSeconds }) => drainSeconds),
    settled: sum(({ settled }) => settled),
    refused: sum(({ refused }) => refused),
    statuses: addCounts(results.map(({ statuses }) => statuses)),
    errors: addCounts(results.map(({ errors }) => errors)),
    // Each run has divided the growth of the whole stores by its own transactions.
    storage: scale(first.storage, first.accepted / accepted),
    problems: results.flatMap(({ problems }) => problems),
  };
}

function worst(latencies: readonly Latency[]): Latency {
  const keys = Object.keys(latencies[0] ?? {}) as (keyof Latency)[];
  return Object.fromEntries(
    keys.map((key) => [key, Math.max(...latencies.map((latency) => latency[key]))]),
  ) as Latency;
}

function addCounts(all: readonly Record<string, number>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const [key, count] of all.flatMap((counts) => Object.entries(counts)))
    total[key] = (total[key] ?? 0) + count;
  return total;
}

function scale(storage: Storage, by: number): Storage {
  return Object.fromEntries(
    Object.entries(storage).map(([name, bytes]) => [name, bytes * by]),
  ) as Storage;
}
