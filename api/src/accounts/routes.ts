import type { Hono } from 'hono';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { resource } from '../http/resource.ts';
import { getAccount } from './get.ts';
import { putAccount } from './put.ts';

/** The accounts of a ledger. */
export function accountRoutes(app: Hono<ApiEnv>, deps: Deps): void {
  resource(app, deps.keys, '/v1/ledgers/:ledger/accounts/:address', {
    GET: (c) => getAccount(c, deps),
    PUT: (c) => putAccount(c, deps),
  });
}
