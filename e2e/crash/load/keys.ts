import { randomUUID } from 'node:crypto';
import { transactionId } from '@razao/shared/runtime/transaction-id.ts';
import type { Name } from './draft.ts';

/** Names the commands of a client, each with a key of its own. */
export type NextName = () => Name;

/** Half of the clients name their keys, the others let them be the ids. */
export function createNames(ledger: string, client: string, number: number): NextName {
  let count = 0;
  return () => {
    const key = number % 2 === 0 ? `${client}-${count++}` : randomUUID();
    return { key, id: transactionId(ledger, key) };
  };
}
