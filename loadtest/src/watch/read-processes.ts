import { readFileSync } from 'node:fs';
import type { WatchedProcess } from '../target/target.ts';
import type { Reading } from './create-meter.ts';
import { familyOf } from './family-of.ts';
import { type Memory, parseMemory } from './parse-memory.ts';
import { readProcessTable } from './read-process-table.ts';

/** Looks at each process once. Those that do not live, and all where there is no `/proc`, are left out. */
export function readProcesses(processes: readonly WatchedProcess[]): Reading[] {
  const table = readProcessTable();
  return processes.flatMap(({ name, pid, withDescendants }) => {
    const members = withDescendants ? familyOf(pid, table) : [pid].filter((one) => table.has(one));
    if (members.length === 0) {
      return [];
    }
    const memories = members.map(readMemory);
    return {
      name,
      pid,
      ticks: members.reduce((sum, member) => sum + (table.get(member)?.ticks ?? 0), 0),
      // Shared buffers are resident in each of Postgres's processes but exist once.
      memoryKib:
        memories.reduce((sum, memory) => sum + memory.own, 0) +
        Math.max(...memories.map((memory) => memory.shared)),
    };
  });
}

function readMemory(pid: number): Memory {
  try {
    return parseMemory(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return { own: 0, shared: 0 };
  }
}
