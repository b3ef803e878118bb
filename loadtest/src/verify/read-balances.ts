import type { Client } from 'pg';
import type { FoundBalance } from './compare-balances.ts';

/** Every balance of a ledger, in one statement and so of one moment. */
export async function readBalances(pg: Client, ledger: string): Promise<FoundBalance[]> {
  const { rows } = await pg.query<FoundBalance>(
    `select address, asset, posted, held
     from balances_view
     where ledger_id = (select id from ledgers_view where name = $1)`,
    [ledger],
  );
  return rows;
}
