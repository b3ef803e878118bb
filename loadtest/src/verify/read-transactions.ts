import type { Client } from 'pg';
import type { FoundTransaction } from './compare-transactions.ts';

const PAGE_ROWS = 20_000;

/** Every transaction of a ledger in the order of its sequence, read page by page. */
export async function* readTransactions(
  pg: Client,
  ledger: string,
): AsyncGenerator<FoundTransaction> {
  let after = '0';
  while (true) {
    const { rows } = await pg.query<FoundTransaction & { sequence: string }>(
      `select id, status, rejection ->> 'code' as code, sequence
       from transactions_view
       where ledger_id = (select id from ledgers_view where name = $1) and sequence > $2::bigint
       order by sequence
       limit $3`,
      [ledger, after, PAGE_ROWS],
    );
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) {
      return;
    }
    after = last.sequence;
  }
}
