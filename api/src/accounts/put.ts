import { WORLD } from '@razao/shared/contract/grammar.ts';
import { BODY_BYTES_MAX } from '@razao/shared/contract/limits.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import { accountRequestSchema } from '@razao/shared/contract/settings-request.ts';
import { loadCommand } from '@razao/sql/load.ts';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { readEtags, readStrongEtags } from '../http/etags.ts';
import { toPointer } from '../http/faults.ts';
import { jsonResponse } from '../http/json-response.ts';
import { readQuery } from '../http/query.ts';
import { readBody } from '../http/read-body.ts';
import { refuseApart } from '../http/refuse-apart.ts';
import type { Ledger } from '../ledgers/ledger-directory.ts';
import { ledgerId } from '../ledgers/ledger-id.ts';
import { readAddress } from './address.ts';
import { readAccount } from './read-account.ts';

type Limits = z.infer<typeof accountRequestSchema>['limits'];

// By its text only: a name that it is prepared under would belong to one of the sessions behind a pooler.
const { text: putAccountSettings } = loadCommand('put_account');

/** `PUT .../accounts/{address}`: replaces the settings at once; what is left out goes back to its default. */
export async function putAccount(c: Context<ApiEnv>, deps: Deps): Promise<Response> {
  readQuery(c.req, {});
  refuseApart(deps);
  const ledger = await deps.ledgers.find(c.req.param('ledger') ?? '');
  const address = readAddress(c.req);
  const { frozen, metadata, limits } = await readBody(c, accountRequestSchema, BODY_BYTES_MAX);
  const assets = address === WORLD ? noLimits(limits) : Object.keys(limits).sort();
  await refuseOtherScales(deps, ledger, assets);
  const values = [
    ledger.uid,
    address,
    frozen,
    JSON.stringify(metadata),
    assets,
    assets.map((asset) => limits[asset]?.overdraft_limit ?? null),
    assets.map((asset) => limits[asset]?.max_balance ?? null),
    ...(await conditions(c, deps, ledger, address)),
  ];
  const { rows } = await deps.database.settings.query<{ outcome: string }>({
    text: putAccountSettings,
    values,
  });
  if (!rows[0]) throw deps.ledgers.gone(ledger);
  const { outcome } = rows[0];
  if (outcome === 'version_mismatch') {
    throw new Problem(
      'version_mismatch',
      'the settings of the account are not as the condition has them; read it again',
    );
  }
  // Something has named an asset with another scale just now.
  if (outcome === 'other_scale') {
    await refuseOtherScales(deps, ledger, assets);
    throw new Problem('unavailable', 'the assets of the ledger have changed; try again');
  }
  const { account, etag } = await readAccount(deps.database, ledger, address);
  const created = ledger.accounts === 'explicit' && account.version === 1;
  return jsonResponse(account, created ? 201 : 200, { ETag: etag });
}

/** The outside may be written back as it is shown: without a limit. */
function noLimits(limits: Limits): [] {
  const faults = Object.entries(limits)
    .filter(
      ([, { overdraft_limit, max_balance }]) => overdraft_limit !== null || max_balance !== null,
    )
    .map(([asset]) => ({
      pointer: toPointer(['limits', asset]),
      detail: 'the outside has no limits',
    }));
  if (faults.length > 0) throw new Problem('invalid_request', 'the body is not valid', { faults });
  return [];
}

/**
 * Limits for an asset with other decimal places than the ledger keeps it with could never take effect: what names a code first, of
 * two in the same body too, fixes its scale.
 */
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
    if (scale === undefined) scales.set(code, asset.slice(code.length + 1));
    if (scale === undefined || asset === `${code}/${scale}`) return [];
    return [{ pointer: toPointer(['limits', asset]), detail: `the ledger keeps ${code}/${scale}` }];
  });
  if (faults.length > 0) throw new Problem('invalid_request', 'the body is not valid', { faults });
}

/** Versions of the settings: those that may be replaced, those that may not; null: any, none. */
type Conditions = [acceptable: number[] | null, unless: number[] | null];

/**
 * What `If-Match` and `If-None-Match` say of the settings: of a tag the version, as every posting changes the rest. `*` stands for
 * an account that exists, and a weak tag for nothing in `If-Match` (RFC 9110, 13.1).
 */
async function conditions(
  c: Context<ApiEnv>,
  deps: Deps,
  ledger: Ledger,
  address: string,
): Promise<Conditions> {
  const [match, noneMatch] = [
    readStrongEtags(c.req.header('if-match')),
    readEtags(c.req.header('if-none-match')),
  ];
  // No account is ever deleted: one that exists now still does when its settings are replaced.
  if (match?.includes('*') && !(await exists(deps, ledger, address))) return [[], null];
  if (noneMatch?.includes('*')) return [[NEVER_SET], null];
  const acceptable = match?.includes('*') ? null : (match?.flatMap(toVersion) ?? null);
  return [acceptable, noneMatch?.flatMap(toVersion) ?? null];
}

const NEVER_SET = 0;
const TAG_OF_ACCOUNT = /^(0|[1-9][0-9]{0,14})-[0-9a-f]{64}$/;

function toVersion(tag: string): number[] {
  const [, version] = TAG_OF_ACCOUNT.exec(tag) ?? [];
  return version === undefined ? [] : [Number(version)];
}

async function exists({ database }: Deps, ledger: Ledger, address: string): Promise<boolean> {
  try {
    await readAccount(database, ledger, address);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'account_not_found') return false;
    throw error;
  }
}
