import type { ProcessStat } from './parse-stat.ts';

/** The pids of a process and all its descendants; empty when it does not live. */
export function familyOf(root: number, table: ReadonlyMap<number, ProcessStat>): number[] {
  if (!table.has(root)) {
    return [];
  }
  const family = [root];
  // Grows while it is walked: each member's children are appended behind it.
  for (const member of family) {
    for (const [pid, { parent }] of table) {
      if (parent === member) {
        family.push(pid);
      }
    }
  }
  return family;
}
