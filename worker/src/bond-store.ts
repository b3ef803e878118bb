import type { BondStore } from '@razao/shared/runtime/bond.ts';
import { readStoredHeads } from '@razao/sql/heads.ts';
import { noteRedis, readBond } from '@razao/sql/installation.ts';
import { needSchema } from '@razao/sql/schema.ts';
import { agreeOnShards } from '@razao/sql/shards.ts';
import { Client } from 'pg';

const CONNECT_MS_MAX = 2_000;

/** What the database says of itself, each time by a session of its own; `last` is what it says to somebody else who asks. */
export function createBondStore(
  databaseUrl: string,
  last: BondStore['last'],
): BondStore & { agree(shards: number): Promise<void> } {
  async function ask<T>(question: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: CONNECT_MS_MAX,
      query_timeout: CONNECT_MS_MAX,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      return await question(client);
    } finally {
      // `end` would wait for a server that may not answer.
      client.connection.stream.destroy();
    }
  }
  return {
    last,
    heads: (uids) => ask((client) => readStoredHeads(client, uids)),
    read: () => ask(readBond),
    noteRedis: (redis) => ask((client) => noteRedis(client, redis)),
    agree: (shards) =>
      ask(async (client) => {
        await needSchema(client);
        await agreeOnShards(client, shards);
      }),
  };
}
