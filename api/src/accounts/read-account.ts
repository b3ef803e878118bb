import { hash } from 'node:crypto';
import { Problem } from '@razao/shared/contract/problems.ts';
import { sql } from 'kysely';
import type { Database } from '../database.ts';
import type { Ledger } from '../ledgers/ledger-directory.ts';

/** The ETag of an account that has neither settings nor balances: the digest that Postgres computes for it. */
const UNUSED_ETAG = hash('sha256', '0', 'hex');

/**
 * An account with its balances, as they stand in Postgres, and the digest of their versions. One that was never used is
 * empty in an `auto` ledger. Throws `account_not_found` in an `explicit` one.
 */
export async function readAccount({ read }: Database, ledger: Ledger, address: string) {
  // One statement, so that settings and balances are of one instant.
  const rows = await read
    .selectFrom('accounts_view as a')
    .leftJoin('balances_view as b', (join) =>
      join.onRef('b.ledger_id', '=', 'a.ledger_id').onRef('b.address', '=', 'a.address'),
    )
    .select(['a.frozen', 'a.metadata', sql<string>`a.version`.as('settings_version'), 'a.etag'])
    .select(['b.asset', 'b.posted', 'b.held', 'b.available', 'b.overdraft_limit', 'b.max_balance'])
    .select(sql<string | null>`b.version`.as('version'))
    .where('a.ledger_id', '=', ledger.id)
    .where('a.address', '=', address)
    .orderBy('b.asset')
    .execute();
  const [first] = rows;
  if (!first && ledger.accounts === 'explicit') {
    throw new Problem('account_not_found', 'the account was never created; PUT it first');
  }
  const balances = rows.flatMap(
    ({ asset, posted, held, available, overdraft_limit, max_balance, version }) =>
      asset === null
        ? []
        : [
            [
              asset,
              { posted, held, available, overdraft_limit, max_balance, version: Number(version) },
            ],
          ],
  );
  return {
    etag: `"${first?.etag ?? UNUSED_ETAG}"`,
    account: {
      address,
      ledger: ledger.name,
      metadata: first?.metadata ?? {},
      frozen: first?.frozen ?? 'none',
      version: Number(first?.settings_version ?? 0),
      balances: Object.fromEntries(balances) as Record<
        string,
        Record<string, string | number | null>
      >,
    },
  };
}
