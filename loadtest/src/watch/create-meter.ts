/** What one process used of the machine, its descendants included where they were asked for. */
export type Usage = {
  name: string;
  /** Percent of one core, on average. */
  cpuPercent: number;
  /** MiB resident at most: own pages of all, and the largest share of common ones. Null where it was not looked at. */
  memoryMib: number | null;
};

/** One look at a process: ticks of CPU time it ever used, and KiB that are resident. */
export type Reading = { name: string; pid: number; ticks: number; memoryKib: number };

/** What Linux counts CPU time in, for every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** The name under which the rest of the machine is listed. */
const OTHERS = 'others';

/** Adds readings up. */
export type Meter = {
  /** `machineTicks` is the CPU time that the whole machine has used since it started. */
  take(readings: readonly Reading[], machineTicks: number): void;
  /**
   * Over the given seconds, which are those between the first and the last reading. What the machine did besides the
   * processes comes last: where it is not small, the numbers of a load test say little.
   */
  summarise(seconds: number): Usage[];
};

/** A meter without a reading. */
export function createMeter(): Meter {
  type State = { pid: number; last: number; used: number; memoryKib: number };
  const states = new Map<string, State>();
  let machine: { first: number; last: number } | undefined;
  return {
    take(readings, machineTicks) {
      machine = { first: machine?.first ?? machineTicks, last: machineTicks };
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
    summarise(seconds) {
      const percent = (ticks: number) => (ticks / TICKS_PER_SECOND / seconds) * 100;
      const usages = [...states].map(([name, { used, memoryKib }]) => ({
        name,
        cpuPercent: percent(used),
        memoryMib: memoryKib / 1024,
      }));
      const used = [...states.values()].reduce((sum, state) => sum + state.used, 0);
      const others = machine === undefined ? 0 : Math.max(0, machine.last - machine.first - used);
      return [...usages, { name: OTHERS, cpuPercent: percent(others), memoryMib: null }];
    },
  };
}
