import type { Client } from 'pg';
import { loadCommand } from './load.ts';

const storeShards = loadCommand('store_shards');

/** Raised where a process was started with another number of shards than the ledgers were spread over. */
export class ShardsMismatch extends Error {
  constructor(stored: string, mine: number) {
    super(
      `SHARDS is ${mine}, but the database was set up with ${stored}; it changes only on a drained queue`,
    );
    this.name = 'ShardsMismatch';
  }
}

/** Stores the number of shards the first time, and compares it ever after. Throws `ShardsMismatch`. */
export async function agreeOnShards(client: Pick<Client, 'query'>, shards: number): Promise<void> {
  await client.query(storeShards.text, [String(shards)]);
  const { rows } = await client.query<{ value: string }>(
    `select value from settings where name = 'shards'`,
  );
  const stored = rows[0]?.value ?? '';
  if (stored !== String(shards)) throw new ShardsMismatch(stored, shards);
}
