import { type RawBuilder, sql } from 'kysely';
import type { Ledger } from './ledger-directory.ts';

/**
 * The number that a ledger has in the database that is asked, for a condition on `ledger_id`; no row where it has no such ledger.
 * A number that is remembered could be another ledger's by now: the database may have been restored, or failed over.
 */
export function ledgerId({ uid }: Pick<Ledger, 'uid'>): RawBuilder<number> {
  return sql<number>`(select id from ledgers_view where uid = ${uid})`;
}
