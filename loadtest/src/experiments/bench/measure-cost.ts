import { watchProcesses } from '../../watch/watch-processes.ts';
import type { Bench } from './open-bench.ts';

/** What some work took: time on the clock, and CPU time by process. `others` is whatever else the machine did. */
export type Cost = {
  seconds: number;
  cpuSeconds: { node: number; redis: number; postgres: number; others: number };
};

/** Does some work and measures what it took of this process, of the servers, and of the machine. */
export async function measureCost(
  bench: Pick<Bench, 'processes'>,
  work: () => Promise<void>,
): Promise<Cost> {
  const watchedFrom = performance.now();
  const stop = watchProcesses(() => [...bench.processes]);
  const startedAt = performance.now();
  await work();
  const endedAt = performance.now();
  const usages = stop();
  const watchedSeconds = (performance.now() - watchedFrom) / 1000;
  const of = (name: string) =>
    ((usages.find((usage) => usage.name === name)?.cpuPercent ?? 0) / 100) * watchedSeconds;
  return {
    seconds: (endedAt - startedAt) / 1000,
    cpuSeconds: {
      node: of('load'),
      redis: of('redis'),
      postgres: of('postgres'),
      others: of('others'),
    },
  };
}
