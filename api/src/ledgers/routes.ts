import { LEDGER_PATTERN } from '@razao/shared/contract/grammar.ts';
import { BODY_BYTES_MAX } from '@razao/shared/contract/limits.ts';
import { Problem } from '@razao/shared/contract/problems.ts';
import { ledgerRequestSchema } from '@razao/shared/contract/settings-request.ts';
import { loadCommand } from '@razao/sql/load.ts';
import type { Hono } from 'hono';
import type { Deps } from '../deps.ts';
import type { ApiEnv } from '../http/env.ts';
import { readEtags } from '../http/etags.ts';
import { readQuery } from '../http/query.ts';
import { readBody } from '../http/read-body.ts';
import { refuseApart } from '../http/refuse-apart.ts';
import { resource } from '../http/resource.ts';

// By its text only: a name that it is prepared under would belong to one of the sessions behind a pooler.
const { text: putLedger } = loadCommand('put_ledger');

/** `PUT` and `GET /v1/ledgers/{ledger}`. */
export function ledgerRoutes(app: Hono<ApiEnv>, deps: Deps): void {
  resource(app, deps.keys, '/v1/ledgers/:ledger', {
    async PUT(c) {
      readQuery(c.req, {});
      refuseApart(deps);
      const name = c.req.param('ledger') ?? '';
      if (!LEDGER_PATTERN.test(name)) {
        const detail = 'must be 1 to 63 of [a-z0-9_-], the first a letter or a digit';
        throw new Problem('invalid_request', 'the name of the ledger is not valid', {
          faults: [{ parameter: 'ledger', detail }],
        });
      }
      const onlyNew = readEtags(c.req.header('if-none-match'))?.includes('*') ?? false;
      const { accounts, metadata } = await readBody(c, ledgerRequestSchema, BODY_BYTES_MAX);
      const values = [
        name,
        accounts ?? null,
        metadata === undefined ? null : JSON.stringify(metadata),
        onlyNew,
      ];
      const { rows } = await deps.database.settings.query<{ created: boolean }>({
        text: putLedger,
        values,
      });
      const [row] = rows;
      if (!row && onlyNew) throw new Problem('version_mismatch', 'the ledger exists');
      if (!row)
        throw new Problem(
          'ledger_conflict',
          'the ledger exists, and how its accounts come into being is fixed',
        );
      return c.json(await readLedger(deps, name), row.created ? 201 : 200);
    },
    async GET(c) {
      readQuery(c.req, {});
      return c.json(await readLedger(deps, c.req.param('ledger') ?? ''));
    },
  });
}

async function readLedger(deps: Deps, name: string) {
  const row = LEDGER_PATTERN.test(name)
    ? await deps.database.read
        .selectFrom('ledgers_view')
        .selectAll()
        .where('name', '=', name)
        .executeTakeFirst()
    : undefined;
  if (!row)
    throw new Problem(
      'ledger_not_found',
      'no ledger has this name; PUT /v1/ledgers/{ledger} creates one',
    );
  return {
    name: row.name,
    accounts: row.accounts,
    metadata: row.metadata,
    created_at: row.created_at,
    chain_head: { sequence: Number(row.sequence), hash: row.hash },
  };
}
