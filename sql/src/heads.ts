import { READ_BOND, type StoredBond } from './installation.ts';
import { loadCommand } from './load.ts';

const readHeads = loadCommand('read_heads');
const readNewest = loadCommand('read_newest');
/** Of so many ledgers, those that posted last, the newest transaction is read. */
const NEWEST_LEDGERS = 100;

type Asked = { query(text: string, values: unknown[]): Promise<{ rows: unknown[] }> };

/** How far ledgers are: the sequence of the last transaction of each, 0 where there is none. One that the database lacks is not named. */
export async function readStoredHeads(
  client: Asked,
  uids: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await client.query(readHeads.text, [uids]);
  return new Map(
    (rows as { uid: string; sequence: string }[]).map(({ uid, sequence }) => [
      uid,
      Number(sequence),
    ]),
  );
}

/** The same, and what the database that answers says of itself, as of one instant: whoever asks may reach one and then another. */
export async function readHeadsAndBond(
  client: Asked,
  uids: readonly string[],
): Promise<{ stored: StoredBond; heads: Map<string, number> }> {
  const { rows } = await client.query(
    `select b.*, h.uids, h.sequences
     from (${READ_BOND}) as b,
       (select coalesce(array_agg(uid), '{}') as uids, coalesce(array_agg(sequence::text), '{}') as sequences
        from (${readHeads.text}) as k) as h`,
    [uids],
  );
  const [row] = rows as (StoredBond & { uids: string[]; sequences: string[] })[];
  if (!row) throw new Error('the database did not say what it is');
  const { uids: found, sequences, ...stored } = row;
  return { stored, heads: new Map(found.map((uid, i) => [uid, Number(sequences[i])])) };
}

/** The newest transaction that a client sent in each of the ledgers that posted last. */
export async function readNewestPosted(
  client: Asked,
): Promise<{ ledgerUid: string; ledger: string; sequence: number; id: string }[]> {
  const { rows } = await client.query(readNewest.text, [NEWEST_LEDGERS]);
  return (rows as { uid: string; name: string; sequence: string; id: string }[]).map(
    ({ uid, name, sequence, id }) => ({
      ledgerUid: uid,
      ledger: name,
      sequence: Number(sequence),
      id,
    }),
  );
}
