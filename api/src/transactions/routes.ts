import type { Hono } from 'hono';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { resource } from '../http/resource.ts';
import { captureTransaction, releaseTransaction, revertTransaction } from './act.ts';
import { postBulk } from './bulk/post-bulk.ts';
import { getTransaction } from './get.ts';
import { postTransaction } from './post.ts';

/** The transactions of a ledger. */
export function transactionRoutes(app: Hono<ApiEnv>, deps: Deps): void {
  const transactions = '/v1/ledgers/:ledger/transactions';
  resource(app, deps.keys, transactions, { POST: (c) => postTransaction(c, deps) });
  // Before the next one, whose ids it would be one of.
  resource(app, deps.keys, `${transactions}/bulk`, { POST: (c) => postBulk(c, deps) });
  resource(app, deps.keys, `${transactions}/:id`, { GET: (c) => getTransaction(c, deps) });
  resource(app, deps.keys, `${transactions}/:id/capture`, {
    POST: (c) => captureTransaction(c, deps),
  });
  resource(app, deps.keys, `${transactions}/:id/release`, {
    POST: (c) => releaseTransaction(c, deps),
  });
  resource(app, deps.keys, `${transactions}/:id/revert`, {
    POST: (c) => revertTransaction(c, deps),
  });
}
