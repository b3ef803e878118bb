import { hash } from 'node:crypto';
import type { TransactionRequest } from '@razao/shared/contract/transaction-request.ts';

/**
 * What makes two commands the same: SHA-256 (base64) over the validated command in canonical form, with its operation and
 * its target. The order of keys and the spelling of defaults do not matter.
 */
export function fingerprint(
  operation: string,
  target: string | null,
  request: TransactionRequest,
): string {
  const canonical = [
    operation,
    target,
    request.postings.map(({ source, destination, asset, amount }) => [
      source,
      destination,
      asset,
      amount,
    ]),
    request.description ?? null,
    request.reference ?? null,
    Object.entries(request.metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
    request.effective_at ?? null,
  ];
  return hash('sha256', JSON.stringify(canonical), 'base64');
}
