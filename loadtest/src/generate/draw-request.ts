import { randomUUIDv7 } from 'node:crypto';
import type { LoadRequest } from './create-tally.ts';
import type { Workload } from './create-workload.ts';
import { isDoomed, type Keyed } from './transfer.ts';

/**
 * Makes up a request of `size` transfers, each under a key of its own. Of an atomic one everything is rejected where one
 * must be: for its own reason the first, because of it the others.
 */
export function drawRequest({ draw }: Workload, size: number, atomic: boolean): LoadRequest {
  const request: Keyed[] = [];
  let cause: Keyed | undefined;
  for (let at = 0; at < size; at++) {
    const transfer = draw();
    const { source, destination, amount } = transfer;
    const doomed = isDoomed(transfer);
    const outcome = doomed ? 'insufficient_funds' : 'posted';
    const keyed: Keyed = { source, destination, amount, key: drawKey(), outcome };
    if (doomed) cause ??= keyed;
    request.push(keyed);
  }
  if (atomic && cause !== undefined)
    for (const keyed of request) if (keyed !== cause) keyed.outcome = 'dependency_failed';
  return request;
}

const keyBytes = Buffer.alloc(36);

/** Copied: Node joins a UUID from twenty pieces, which a run's keys would hold on to, half a kilobyte each. */
function drawKey(): string {
  keyBytes.write(randomUUIDv7(), 'latin1');
  return keyBytes.toString('latin1');
}
