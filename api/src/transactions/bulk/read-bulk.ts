import { bulkRequestSchema } from '@razao/shared/contract/bulk-request.ts';
import {
  BULK_BYTES_MAX,
  BULK_POSTINGS_MAX,
  BULK_TRANSACTIONS_MAX,
} from '@razao/shared/contract/limits.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import type { Context } from 'hono';
import type { ApiEnv } from '../../http/env.ts';
import { toPointer } from '../../http/faults.ts';
import { notValid, readJson, validate } from '../../http/read-body.ts';
import { type Item, readItem } from './read-item.ts';

/** A bulk's items in the order of the request; each is valid, or says why not. */
export type Bulk = { atomic: boolean; items: readonly (Item | Problem)[] };

/**
 * Reads a bulk. Throws what concerns the whole request: `unsupported_media_type`, `too_large`, and `invalid_request` where
 * the bulk itself is not valid.
 */
export async function readBulk(c: Context<ApiEnv>): Promise<Bulk> {
  const { value, suspicious } = await readJson(c, BULK_BYTES_MAX);
  if (suspicious && Object.hasOwn(Object(value), '__proto__'))
    throw notValid([{ pointer: toPointer(['__proto__']), detail: 'is not a usable name' }]);
  const { atomic, transactions } = validate(bulkRequestSchema, value);
  if (transactions.length > BULK_TRANSACTIONS_MAX)
    throw tooLarge(`a bulk may have ${BULK_TRANSACTIONS_MAX} transactions`);
  if (countPostings(transactions) > BULK_POSTINGS_MAX)
    throw tooLarge(`the transactions of a bulk may have ${BULK_POSTINGS_MAX} postings together`);
  return { atomic, items: transactions.map((item, i) => readItem(item, i, suspicious)) };
}

function countPostings(transactions: readonly unknown[]): number {
  let count = 0;
  for (const item of transactions) {
    const { postings } = Object(item) as { postings?: unknown };
    if (Array.isArray(postings)) count += postings.length;
  }
  return count;
}

function tooLarge(detail: string): Problem {
  return new Problem('too_large', detail);
}
