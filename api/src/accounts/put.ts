import { WORLD } from '@razao/shared/contract/grammar.ts';
import { BODY_BYTES_MAX } from '@razao/shared/contract/limits.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import { accountRequestSchema } from '@razao/shared/contract/settings-request.ts';
import { loadCommand } from '@razao/sql/load.ts';
import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { readEtags } from '../http/etags.ts';
import { toPointer } from '../http/faults.ts';
import { jsonResponse } from '../http/json-response.ts';
import { readQuery } from '../http/query.ts';
import { readBody } from '../http/read-body.ts';
import { refuseApart } from '../http/refuse-apart.ts';
import type { Ledger } from '../ledgers/ledger-directory.ts';
import { ledgerId } from '../ledgers/ledger-id.ts';
import { readAddress } from './address.ts';
import { readAccount } from './read-account.ts';

// By its text only: a name that it is prepared under would belong to one of the sessions behind a pooler.
const { text: putAccountSettings } = loadCommand('put_account');

/** `PUT .../accounts/{address}`: replaces the settings at once; what is left out goes back to its default. */
export async function putAccount(c: Context<ApiEnv>, deps: Deps): Promise<Response> {
  readQuery(c.req, {});
  refuseApart(deps);
  const ledger = await deps.ledgers.find(c.req.param('ledger') ?? '');
  const address = readAddress(c.req);
  const { frozen, metadata, limits } = await readBody(c, accountRequestSchema, BODY_BYTES_MAX);
  const assets = Object.keys(limits).sort();
  if (address === WORLD && assets.length > 0) {
    const faults = [{ pointer: '#/limits', detail: 'the outside has no limits' }];
    throw new Problem('invalid_request', 'the body is not valid', { faults });
  }
  await refuseOtherScales(deps, ledger, assets);
  const values = [
    ledger.uid,
    address,
    frozen,
    JSON.stringify(metadata),
    assets,
    assets.map((asset) => limits[asset]?.overdraft_limit ?? null),
    assets.map((asset) => limits[asset]?.max_balance ?? null),
    await acceptableEtags(c, deps, ledger, address),
  ];
  const { rows } = await deps.database.settings.query<{ done: boolean }>({
    text: putAccountSettings,
    values,
  });
  if (!rows[0]) throw deps.ledgers.gone(ledger);
  if (!rows[0].done) {
    throw new Problem(
      'version_mismatch',
      'the account has changed since it was read; read it again',
    );
  }
  const { account, etag } = await readAccount(deps.database, ledger, address);
  const created = ledger.accounts === 'explicit' && account.version === 1;
  return jsonResponse(account, created ? 201 : 200, { ETag: etag });
}

/** Limits for an asset with other decimal places than the ledger keeps it with could never take effect. */
async function refuseOtherScales(
  { database }: Deps,
  ledger: Ledger,
  assets: readonly string[],
): Promise<void> {
  if (assets.length === 0) return;
  const parts = assets.map((asset) => ({ asset, code: asset.split('/')[0] ?? '' }));
  const rows = await database.read
    .selectFrom('assets_view')
    .select(['code', 'scale'])
    .where('ledger_id', '=', ledgerId(ledger))
    .where('code', 'in', [...new Set(parts.map(({ code }) => code))])
    .execute();
  const scales = new Map(rows.map(({ code, scale }) => [code, scale]));
  const faults = parts.flatMap(({ asset, code }) => {
    const scale = scales.get(code);
    if (scale === undefined || asset === `${code}/${scale}`) return [];
    return [{ pointer: toPointer(['limits', asset]), detail: `the ledger keeps ${code}/${scale}` }];
  });
  if (faults.length > 0) throw new Problem('invalid_request', 'the body is not valid', { faults });
}

/** The states in which the settings may be replaced, by their tags; null: any. `*` asks for an account that exists. */
async function acceptableEtags(
  c: Context<ApiEnv>,
  deps: Deps,
  ledger: Ledger,
  address: string,
): Promise<string[] | null> {
  const etags = readEtags(c.req.header('if-match'));
  if (!etags?.includes('*')) return etags;
  try {
    // No account is ever deleted: one that exists now still does when its settings are replaced.
    await readAccount(deps.database, ledger, address);
    return null;
  } catch (error) {
    if (error instanceof Problem && error.code === 'account_not_found') return [];
    throw error;
  }
}
