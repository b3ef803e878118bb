/** What one process used of the machine, its descendants included where they were asked for. */
export type Usage = {
  name: string;
  /** Percent of one core, on average. */
  cpuPercent: number;
  /** MiB resident at most: own pages of all, and the largest share of common ones. */
  memoryMib: number;
};

/** One look at a process: ticks of CPU time it ever used, and KiB that are resident. */
export type Reading = { name: string; pid: number; ticks: number; memoryKib: number };

/** What Linux counts CPU time in, for every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Adds readings up. */
export type Meter = {
  take(readings: readonly Reading[]): void;
  /** Over the given seconds, which are those between the first and the last reading. */
  summarise(seconds: number): Usage[];
};

/** A meter without a reading. */
export function createMeter(): Meter {
  type State = { pid: number; last: number; used: number; memoryKib: number };
  const states = new Map<string, State>();
  return {
    take(readings) {
      for (const { name, pid, ticks, memoryKib } of readings) {
        const state = states.get(name);
        if (state === undefined) {
          states.set(name, { pid, last: ticks, used: 0, memoryKib });
          continue;
        }
        // A restarted process counts from zero again.
        state.used += state.pid === pid ? Math.max(0, ticks - state.last) : ticks;
        state.pid = pid;
        state.last = ticks;
        state.memoryKib = Math.max(state.memoryKib, memoryKib);
      }
    },
    summarise: (seconds) =>
      [...states].map(([name, { used, memoryKib }]) => ({
        name,
        cpuPercent: (used / TICKS_PER_SECOND / seconds) * 100,
        memoryMib: memoryKib / 1024,
      })),
  };
}
