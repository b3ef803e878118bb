import type { BondStore } from '@razao/shared/runtime/bond.ts';
import { inBriefSession } from '@razao/sql/brief-session.ts';
import { readHeadsAndBond, readNewestPosted } from '@razao/sql/heads.ts';
import { noteRedis, readBond } from '@razao/sql/installation.ts';
import { needSchema } from '@razao/sql/schema.ts';
import { agreeOnShards } from '@razao/sql/shards.ts';
import type { Client } from 'pg';

const ANSWER_MS_MAX = 2_000;

/** What the database says of itself, each time by a session of its own; `last` is what it says to somebody else who asks. */
export function createBondStore(
  databaseUrl: string,
  last: BondStore['last'],
): BondStore & { agree(shards: number): Promise<void> } {
  const ask = <T>(question: (client: Client) => Promise<T>) =>
    inBriefSession(databaseUrl, ANSWER_MS_MAX, question);
  return {
    last,
    heads: (uids) => ask((client) => readHeadsAndBond(client, uids)),
    newest: () => ask(readNewestPosted),
    read: () => ask(readBond),
    noteRedis: (redis) => ask((client) => noteRedis(client, redis)),
    agree: (shards) =>
      ask(async (client) => {
        await needSchema(client);
        await agreeOnShards(client, shards);
      }),
  };
}
