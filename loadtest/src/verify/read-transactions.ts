import type { Client } from 'pg';
import type { FoundTransaction } from './compare-transactions.ts';

const PAGE_ROWS = 20_000;

/** Every transaction of a ledger in the order of its sequence, read page by page. */
export function readTransactions(pg: Client, ledger: string): AsyncGenerator<FoundTransaction> {
  const columns = `id, status, rejection ->> 'code' as code, sequence`;
  return readPages<FoundTransaction & { sequence: string }>(pg, ledger, columns);
}

/** The same with the columns of `transactions_view` that are named, `sequence` among them. */
export async function* readPages<T extends { sequence: string }>(
  pg: Client,
  ledger: string,
  columns: string,
): AsyncGenerator<T> {
  let after = '0';
  while (true) {
    const { rows } = await pg.query<T>(
      `select ${columns}
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
