import type { Client } from 'pg';

/** A transaction as Postgres has it; `outcome` is `posted`, `held`, or the code of its rejection. */
export type Stored = {
  ledger: string;
  id: string;
  sequence: number;
  kind: string;
  outcome: string;
  target: string | null;
  /** RFC 3339 to the microsecond, as all times here. */
  acceptedAt: string;
  /** In milliseconds since 1970. */
  postedAt: number;
  /** When the time of the hold that it acts on is over. */
  targetEndsAt: string | null;
};

/** What became of a hold. */
export type StoredHold = { ledger: string; id: string; status: string };

/** Every transaction of the ledgers. */
export async function readStored(client: Client, ledgers: readonly string[]): Promise<Stored[]> {
  const { rows } = await client.query<
    Omit<Stored, 'sequence' | 'postedAt'> & Record<'sequence' | 'postedAt', string>
  >(
    `select l.name as ledger, t.id, t.sequence, t.kind, t.target,
       instant_text(t.accepted_at) as "acceptedAt", extract(epoch from t.posted_at) * 1000 as "postedAt",
       instant_text(h.expires_at) as "targetEndsAt",
       case t.status when 'posted' then 'posted' when 'pending' then 'held' else t.rejection ->> 'code' end as outcome
     from transactions t join ledgers l on l.id = t.ledger_id
     left join holds h on h.ledger_id = t.ledger_id and h.id = t.target
     where l.name = any($1)`,
    [ledgers],
  );
  return rows.map((row) => ({
    ...row,
    sequence: Number(row.sequence),
    postedAt: Number(row.postedAt),
  }));
}

/** Every hold of the ledgers. */
export async function readHolds(client: Client, ledgers: readonly string[]): Promise<StoredHold[]> {
  const { rows } = await client.query<StoredHold>(
    'select l.name as ledger, h.id, h.status from holds h join ledgers l on l.id = h.ledger_id where l.name = any($1)',
    [ledgers],
  );
  return rows;
}

/** Every balance of the ledgers, by name. */
export async function readBalances(
  client: Client,
  ledgers: readonly string[],
): Promise<Map<string, Balance>> {
  const { rows } = await client.query<
    { ledger: string; address: string } & Record<'posted' | 'held', string>
  >(
    `select l.name as ledger, b.address, b.posted, b.held from balances b join ledgers l on l.id = b.ledger_id
     where l.name = any($1)`,
    [ledgers],
  );
  return new Map(
    rows.map(({ ledger, address, posted, held }) => [
      balanceName(ledger, address),
      { posted: BigInt(posted), held: BigInt(held) },
    ]),
  );
}

export type Balance = { posted: bigint; held: bigint };

/** How a balance is named in what is compared. */
export function balanceName(ledger: string, address: string): string {
  return `${ledger} ${address}`;
}

/** How a transaction is named in what is compared: ids are unique within their ledger. */
export function nameOf({ ledger, id }: { ledger: string; id: string }): string {
  return `${ledger} ${id}`;
}
