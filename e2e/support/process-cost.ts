import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TEST_DIRECTORY } from '@razao/stack/paths.ts';

const TICKS_PER_SECOND = 100;

type Running = { pid: number | null; name: string };

/** What a process costs while `seconds` go by: the share of one core, and the lines that it logs each second. */
export async function costOf(
  world: string,
  process: Running,
  seconds: number,
): Promise<{ corePercent: number; linesPerSecond: number }> {
  const before = { cpu: cpuSeconds(process), lines: logLines(world, process) };
  await delay(seconds * 1_000);
  return {
    corePercent: Math.round((100 * (cpuSeconds(process) - before.cpu)) / seconds),
    linesPerSecond: (logLines(world, process) - before.lines) / seconds,
  };
}

/** Resident memory in KiB. */
export function residentKib({ pid }: Running): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** How many files, and so connections, a process may have open. */
export function openFilesMax(pid: number | 'self' | null): number {
  return Number(/^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1]);
}

function cpuSeconds({ pid }: Running): number {
  // What follows the name, which may hold blanks: state is the first, user and system time the 12th and 13th.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function logLines(world: string, { name }: Running): number {
  const file = join(TEST_DIRECTORY, `e2e-${world}/logs/${name}.log`);
  return readFileSync(file, 'utf8').split('\n').length;
}
