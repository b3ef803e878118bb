import type { Usage } from '../watch/create-meter.ts';
import { formatNumber } from './format-number.ts';
import { formatTable } from './format-table.ts';

/** A table of what each process used. */
export function formatUsage(processes: readonly Usage[]): string[] {
  const rows = processes.map(({ name, cpuPercent, memoryMib }) => [
    name,
    `${formatNumber(cpuPercent)} %`,
    memoryMib === null ? '' : `${formatNumber(memoryMib)} MiB`,
  ]);
  return formatTable([['process', 'CPU', 'memory'], ...rows]);
}
