import { allShardKeys } from '@razao/shared/runtime/keys.ts';
import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { readBond } from '@razao/sql/installation.ts';
import { withPostgres } from '@razao/stack/services/with-postgres.ts';
import type { Client } from 'pg';
import { readStorage, type Storage } from './read-storage.ts';

/** The stores behind the API, for reading. */
export type Outside = {
  pg: Client;
  /** Chunks waiting or in a committer's hand, over all shards. */
  countQueued(): Promise<number>;
  /** Transactions of a ledger that are posted or rejected. */
  countDecided(ledger: string): Promise<number>;
  storage(): Promise<Storage>;
  /** Deadlocks that Postgres has ever broken in this database. */
  countDeadlocks(): Promise<number>;
};

/** Runs `work` with connections to Postgres and Redis, past the API, and closes them. */
export async function withOutside<T>(
  databaseUrl: string,
  redisUrl: string,
  work: (outside: Outside) => Promise<T>,
): Promise<T> {
  return await withPostgres(databaseUrl, async (pg) => {
    const shards = await readShards(pg);
    const installation = (await readBond(pg)).installation ?? '';
    const lists = allShardKeys(installation, shards).flatMap(({ tag }) => [
      `${tag}:chunks:wait`,
      `${tag}:chunks:active`,
    ]);
    const redis = openPatientRedis(redisUrl);
    const countQueued = async () => {
      const lengths = await Promise.all(lists.map((list) => redis.llen(list)));
      return lengths.reduce((sum, length) => sum + length, 0);
    };
    try {
      return await work({
        pg,
        countQueued,
        countDecided: (ledger) => countDecided(pg, ledger),
        storage: () => readStorage(pg, redis),
        countDeadlocks: () => countDeadlocks(pg),
      });
    } finally {
      redis.disconnect();
    }
  });
}

/** Sequences are gapless, so the last one is the count: one row to read, however many there are. */
async function countDecided(pg: Client, ledger: string): Promise<number> {
  const { rows } = await pg.query<{ sequence: string }>(
    'select sequence from ledgers_view where name = $1',
    [ledger],
  );
  return Number(rows[0]?.sequence ?? 0);
}

async function countDeadlocks(pg: Client): Promise<number> {
  const { rows } = await pg.query<{ deadlocks: string }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  return Number(rows[0]?.deadlocks);
}

async function readShards(pg: Client): Promise<number> {
  const { rows } = await pg.query<{ value: string }>(
    `select value from settings where name = 'shards'`,
  );
  const shards = Number(rows[0]?.value);
  if (!Number.isInteger(shards) || shards < 1) {
    throw new Error(
      'the database does not say how many shards there are: no API has started on it',
    );
  }
  return shards;
}
