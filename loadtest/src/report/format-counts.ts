import { formatNumber } from './format-number.ts';

/** `none`, or each kind with how often it occurred. */
export function formatCounts(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).filter(([, count]) => count > 0);
  if (entries.length === 0) {
    return 'none';
  }
  return entries.map(([kind, count]) => `${formatNumber(count)} × ${kind}`).join(', ');
}
