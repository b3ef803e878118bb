import { ASSET, type Transfer } from './transfer.ts';

/** The JSON of a transaction with one posting. Addresses need no escaping: their grammar has no quotes. */
export function transferBody(addresses: readonly string[], transfer: Transfer): string {
  const source = addresses[transfer.source];
  const destination = addresses[transfer.destination];
  return `{"postings":[{"source":"${source}","destination":"${destination}","asset":"${ASSET}","amount":"${transfer.amount}"}]}`;
}
