import { randomUUIDv7 } from 'node:crypto';
import type { LoadRequest } from './create-tally.ts';
import type { Workload } from './create-workload.ts';
import { isDoomed } from './transfer.ts';

/**
 * Makes up a request of `size` transfers, each under a key of its own. Of an atomic one everything is rejected where one
 * must be: for its own reason the first, because of it the others.
 */
export function drawRequest({ draw }: Workload, size: number, atomic: boolean): LoadRequest {
  const transfers = Array.from({ length: size }, draw);
  const cause = atomic ? transfers.findIndex(isDoomed) : -1;
  return transfers.map((transfer, at) => {
    const { source, destination, amount } = transfer;
    const alone = isDoomed(transfer) ? 'insufficient_funds' : 'posted';
    const outcome = cause < 0 || at === cause ? alone : 'dependency_failed';
    return { source, destination, amount, key: randomUUIDv7(), outcome };
  });
}
