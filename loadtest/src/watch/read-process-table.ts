import { readdirSync, readFileSync } from 'node:fs';
import { type ProcessStat, parseStat } from './parse-stat.ts';

/** Every process of the machine by pid; empty where there is no `/proc`. */
export function readProcessTable(): Map<number, ProcessStat> {
  const table = new Map<number, ProcessStat>();
  for (const pid of listPids()) {
    try {
      table.set(pid, parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1')));
    } catch {
      // It ended since the listing.
    }
  }
  return table;
}

function listPids(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}
