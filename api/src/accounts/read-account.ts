import { hash } from 'node:crypto';
import { Problem } from '@razao/shared/contract/problems.ts';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../database.ts';
import type { Ledger } from '../ledgers/ledger-directory.ts';
import { ledgerId } from '../ledgers/ledger-id.ts';

/** The digest that Postgres computes for an account that has neither settings nor balances. */
const UNUSED_DIGEST = hash('sha256', '0', 'hex');

/**
 * An account with its balances, as they stand in Postgres, and their ETag: `"<version of the settings>-<digest of all versions>"`.
 * One that was never used is empty in an `auto` ledger. Throws `account_not_found` in an `explicit` one.
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
    .where('a.ledger_id', '=', ledgerId(ledger))
    .where('a.address', '=', address)
    .orderBy('b.asset')
    .execute();
  const account = toAccount(ledger, address, rows);
  return { etag: toEtag(account, rows[0]?.etag ?? UNUSED_DIGEST), account };
}

/** An instant (RFC 3339 in UTC to the microsecond), and whether it is that of the posting or of the effect. */
export type Past = { at: string; by: 'posted' | 'effective' };

/**
 * An account as it was at an instant, with today's settings, and a digest of it. Throws `account_not_found` as
 * `readAccount` does.
 */
export async function readAccountAt(
  { read }: Database,
  ledger: Ledger,
  address: string,
  past: Past,
) {
  // One statement, so that all of it is of one state of the books.
  const { rows } = await accountAt(ledger, address, past).execute(read);
  const account = toAccount(ledger, address, rows);
  return { etag: toEtag(account, hash('sha256', JSON.stringify(account), 'hex')), account };
}

function toEtag({ version }: { version: number }, digest: string): string {
  return `"${version}-${digest}"`;
}

function accountAt(ledger: Ledger, address: string, { at, by }: Past): RawBuilder<Row> {
  return sql<Row>`
    select a.frozen, a.metadata, a.version as settings_version, b.asset, b.posted::text as posted, b.held::text as held,
      (b.posted - b.held)::text as available, b.overdraft_limit::text as overdraft_limit,
      b.max_balance::text as max_balance, b.version
    from accounts_view a
    left join lateral balances_at(a.ledger_id, a.address, ${at}::timestamptz, ${by === 'effective'}) b on true
    where a.ledger_id = ${ledgerId(ledger)} and a.address = ${address}`;
}

/** A balance beside the settings of its account; all null but those where there is none. */
type Row = {
  frozen: string;
  metadata: Record<string, string>;
  settings_version: string;
  asset: string | null;
  posted: string | null;
  held: string | null;
  available: string | null;
  overdraft_limit: string | null;
  max_balance: string | null;
  version: string | null;
};

function toAccount(ledger: Ledger, address: string, rows: readonly Row[]) {
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
    address,
    ledger: ledger.name,
    metadata: first?.metadata ?? {},
    frozen: first?.frozen ?? 'none',
    version: Number(first?.settings_version ?? 0),
    balances: Object.fromEntries(balances) as Record<
      string,
      Record<string, string | number | null>
    >,
  };
}
