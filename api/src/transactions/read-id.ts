import { UUID_PATTERN } from '@razao/shared/contract/grammar.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import type { HonoRequest } from 'hono';

/** The transaction's id in the path, in lower case. Throws `transaction_not_found` where it can be none. */
export function readTransactionId(request: HonoRequest): string {
  const id = (request.param('id') ?? '').toLowerCase();
  if (!UUID_PATTERN.test(id)) throw transactionNotFound();
  return id;
}

export function transactionNotFound(): Problem {
  return new Problem('transaction_not_found', 'the ledger has no transaction with this id');
}
