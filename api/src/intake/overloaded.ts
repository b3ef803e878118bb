import { RETRY_AFTER_SECONDS_MAX } from '@razao/shared/contract/limits.ts';
import { Problem } from '@razao/shared/contract/problems.ts';

/**
 * The refusal of a write of which nothing was stored: which bound it met, and in how many seconds there is room again; where nobody
 * knows, a second is as good a guess as any.
 */
export function overloaded(bound: string, seconds = 0): Problem {
  const wait = Math.min(Math.max(Math.ceil(seconds), 1), RETRY_AFTER_SECONDS_MAX);
  const detail = `${bound}; nothing was stored; try again in ${wait} s`;
  return new Problem('overloaded', detail, { headers: { 'Retry-After': String(wait) } });
}
