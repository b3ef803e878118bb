import { Problem } from '@razao/shared/contract/problems.ts';
import { normalizeInstant } from '@razao/shared/contract/time.ts';
import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { readEtags } from '../http/etags.ts';
import { jsonResponse } from '../http/json-response.ts';
import { readQuery } from '../http/query.ts';
import { readAddress } from './address.ts';
import { type Past, readAccount, readAccountAt } from './read-account.ts';

/** `GET .../accounts/{address}`: the account with its balances, from Postgres; as they were `at` an instant if asked to. */
export async function getAccount(c: Context<ApiEnv>, deps: Deps): Promise<Response> {
  const past = readPast(c);
  const ledger = await deps.ledgers.find(c.req.param('ledger') ?? '');
  const address = readAddress(c.req);
  const { account, etag } = past
    ? await readAccountAt(deps.database, ledger, address, past)
    : await readAccount(deps.database, ledger, address);
  const headers = { ETag: etag, 'Cache-Control': 'private, no-cache' };
  const known = readEtags(c.req.header('if-none-match')) ?? [];
  if (known.includes(etag.slice(1, -1)) || known.includes('*')) return c.body(null, 304, headers);
  return jsonResponse(account, 200, headers);
}

/** The instant that is asked for, if one is; `by` without `at` means nothing. */
function readPast(c: Context<ApiEnv>): Past | null {
  const { at, by } = readQuery(c.req, {
    consistency: (text) => (text === 'strong' ? text : undefined),
    at: readInstant,
    by: (text) => (text === 'posted' || text === 'effective' ? text : undefined),
  });
  if (at !== undefined) return { at, by: by ?? 'posted' };
  if (by === undefined) return null;
  const faults = [{ parameter: 'by', detail: 'says nothing without at' }];
  throw new Problem('invalid_request', 'the query is not valid', { faults });
}

/** A plus sign that was not encoded arrives as a blank. */
function readInstant(text: string): string | undefined {
  return normalizeInstant(text.replace(/ (?=\d{2}:\d{2}$)/, '+')) ?? undefined;
}
