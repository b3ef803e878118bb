import type { LoadRequest } from './create-tally.ts';
import { transferBody } from './transfer-body.ts';

/** The JSON of a bulk: each transfer as it is alone, behind its key. Concatenated, it costs half a microsecond a transfer. */
export function bulkBody(
  addresses: readonly string[],
  request: LoadRequest,
  atomic: boolean,
): string {
  let body = `{"atomic":${atomic},"transactions":[`;
  let comma = '';
  for (const transfer of request) {
    const alone = transferBody(addresses, transfer);
    body += `${comma}{"idempotency_key":"${transfer.key}",${alone.slice(1)}`;
    comma = ',';
  }
  return `${body}]}`;
}
