import type { Books } from './books.ts';

/** A transaction with all its columns but the hash. */
export async function storedTransaction(books: Books, id: string) {
  const [row] = await books.rows<Record<string, unknown>>(
    `select ledger_id, sequence, id, instant_text(accepted_at) as accepted_at, instant_text(posted_at) as posted_at,
       instant_text(effective_at) as effective_at, target, kind, status, encode(fingerprint, 'base64') as fingerprint,
       postings, description, reference, metadata, rejection
     from transactions where id = $1`,
    [id],
  );
  return row;
}

/** A ledger's entries in the order in which they were written: `1 alice 900 = 900 (1)`. */
export async function storedEntries(books: Books, ledger: number): Promise<string[]> {
  const rows = await books.rows<{ line: string }>(
    `select concat_ws(' ', e.sequence, b.address, e.amount, '=', e.balance_after, '(' || e.version || ')') as line
     from entries e join balances b on b.ledger_id = e.ledger_id and b.id = e.balance_id
     where e.ledger_id = $1 order by e.sequence, e.ctid`,
    [ledger],
  );
  return rows.map(({ line }) => line);
}

/** Every row of every table that a commit writes. */
export async function storedRows(books: Books): Promise<unknown[]> {
  const tables = [
    ...['ledgers', 'accounts', 'assets', 'balances', 'transactions', 'entries', 'held_changes'],
    ...['dated_entries', 'dated_totals', 'holds', 'reverted', 'outbox'],
  ];
  const contents: unknown[] = [];
  for (const table of tables)
    contents.push(await books.rows(`select * from ${table} order by 1, 2, 3`));
  return contents;
}
