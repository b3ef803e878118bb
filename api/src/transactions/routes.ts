import type { Hono } from 'hono';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { resource } from '../http/resource.ts';
import { getTransaction } from './get.ts';
import { postTransaction } from './post.ts';

/** The transactions of a ledger. */
export function transactionRoutes(app: Hono<ApiEnv>, deps: Deps): void {
  resource(app, '/v1/ledgers/:ledger/transactions', { POST: (c) => postTransaction(c, deps) });
  resource(app, '/v1/ledgers/:ledger/transactions/:id', { GET: (c) => getTransaction(c, deps) });
}
