import { Problem } from '@razao/shared/contract/problems.ts';
import type { Deps } from '../deps.ts';

/**
 * Refuses a change of settings while Postgres and Redis do not belong together: an operator may decide for another database
 * than the one that it would be stored in. Throws `unavailable`.
 */
export function refuseApart({ apart }: Pick<Deps, 'apart'>): void {
  const cause = apart();
  if (cause === null) return;
  throw new Problem('unavailable', 'the stores do not belong together: an operator must decide', {
    cause,
  });
}
