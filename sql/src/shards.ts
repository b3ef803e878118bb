import type { Client } from 'pg';
import { loadCommand } from './load.ts';

const noteSetting = loadCommand('note_setting');
const putSetting = loadCommand('put_setting');

/** Raised where a process was started with another number of shards than the ledgers were spread over. */
export class ShardsMismatch extends Error {
  constructor(stored: string, mine: number) {
    const [from, to] = stored.split('>');
    super(
      to === undefined
        ? `SHARDS is ${mine}, but the database was set up with ${stored}; npm run shards changes it`
        : `the number of shards is being changed from ${from} to ${to}: npm run shards -- ${to} finishes it`,
    );
    this.name = 'ShardsMismatch';
  }
}

/** Stores the number of shards the first time, and compares it ever after. Throws `ShardsMismatch`. */
export async function agreeOnShards(client: Pick<Client, 'query'>, shards: number): Promise<void> {
  await client.query(noteSetting.text, ['shards', String(shards)]);
  const stored = await readShards(client);
  if (stored !== String(shards)) throw new ShardsMismatch(stored, shards);
}

/** The number of shards as it is stored: `4`; `4>8` while it is being changed; empty where no process has started yet. */
export async function readShards(client: Pick<Client, 'query'>): Promise<string> {
  const { rows } = await client.query<{ value: string }>(
    `select value from settings where name = 'shards'`,
  );
  return rows[0]?.value ?? '';
}

/** Stores the number of shards; with `from`, that it is being changed: no process starts then. */
export async function changeShards(
  client: Pick<Client, 'query'>,
  to: number,
  from?: number,
): Promise<void> {
  await client.query(putSetting.text, ['shards', from === undefined ? `${to}` : `${from}>${to}`]);
}
