import { loadCommand } from './load.ts';

const readHeads = loadCommand('read_heads');

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
