import { transactionRequestSchema } from '@razao/shared/contract/transaction-request.ts';
import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { toTransaction } from './to-command.ts';
import { writeOne } from './write.ts';

const TRANSACTION = { schema: transactionRequestSchema, toCommand: toTransaction };

/** `POST /v1/ledgers/{ledger}/transactions`: a transfer, or a hold. */
export function postTransaction(c: Context<ApiEnv>, deps: Deps): Promise<Response> {
  return writeOne(c, deps, TRANSACTION);
}
