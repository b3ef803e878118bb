import type { Redis } from 'ioredis';
import type { Client } from 'pg';

/** Bytes, in all: of the database, of the WAL ever written, of Redis's memory and of its append-only file. */
export type Storage = { database: number; wal: number; redis: number; aof: number };

export async function readStorage(pg: Client, redis: Redis): Promise<Storage> {
  const { rows } = await pg.query<{ database: string; wal: string }>(
    `select pg_database_size(current_database()) as database, pg_current_wal_lsn() - '0/0'::pg_lsn as wal`,
  );
  const info = `${await redis.info('memory')}${await redis.info('persistence')}`;
  const bytes = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return {
    database: Number(rows[0]?.database),
    wal: Number(rows[0]?.wal),
    redis: bytes('used_memory'),
    aof: bytes('aof_current_size'),
  };
}

/** What one of so many transactions added; an append-only file that was rewritten meanwhile says nothing, and is 0. */
export function storagePerTransaction(
  before: Storage,
  after: Storage,
  transactions: number,
): Storage {
  const each = (of: keyof Storage) =>
    Math.max(0, Math.round((after[of] - before[of]) / Math.max(1, transactions)));
  return { database: each('database'), wal: each('wal'), redis: each('redis'), aof: each('aof') };
}
