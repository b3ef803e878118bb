import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { readEtags } from '../http/etags.ts';
import { jsonResponse } from '../http/json-response.ts';
import { readQuery } from '../http/query.ts';
import { readAddress } from './address.ts';
import { readAccount } from './read-account.ts';

/** `GET .../accounts/{address}`: the account with its balances, from Postgres. */
export async function getAccount(c: Context<ApiEnv>, deps: Deps): Promise<Response> {
  readQuery(c.req, { consistency: (text) => (text === 'strong' ? text : undefined) });
  const ledger = await deps.ledgers.find(c.req.param('ledger') ?? '');
  const { account, etag } = await readAccount(deps.database, ledger, readAddress(c.req));
  const headers = { ETag: etag, 'Cache-Control': 'private, no-cache' };
  const known = readEtags(c.req.header('if-none-match')) ?? [];
  if (known.includes(etag.slice(1, -1)) || known.includes('*')) return c.body(null, 304, headers);
  return jsonResponse(account, 200, headers);
}
