import type { Client } from 'pg';
import { balanceName } from '../load/journal.ts';

/** A transaction as Postgres has it; `outcome` is `posted` or the code of its rejection. */
export type Stored = { ledger: string; id: string; sequence: number; outcome: string };

/** Every transaction of the ledgers. */
export async function readStored(client: Client, ledgers: readonly string[]): Promise<Stored[]> {
  const { rows } = await client.query<Record<keyof Stored, string>>(
    `select l.name as ledger, t.id, t.sequence,
       case t.status when 'posted' then 'posted' else t.rejection ->> 'code' end as outcome
     from transactions t join ledgers l on l.id = t.ledger_id where l.name = any($1)`,
    [ledgers],
  );
  return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
}

/** Every balance of the ledgers that is not zero, named as in a journal. */
export async function readBalances(
  client: Client,
  ledgers: readonly string[],
): Promise<Map<string, bigint>> {
  const { rows } = await client.query<{ ledger: string; address: string; posted: string }>(
    `select l.name as ledger, b.address, b.posted from balances b join ledgers l on l.id = b.ledger_id
     where l.name = any($1) and b.posted <> 0`,
    [ledgers],
  );
  return new Map(
    rows.map(({ ledger, address, posted }) => [balanceName(ledger, address), BigInt(posted)]),
  );
}
