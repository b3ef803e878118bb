import type { Client } from 'pg';

/** What a database says of itself: its installation, and the id of the Redis that it works with, once there is one. */
export type StoredBond = { installation: string | null; redis: string | null };

/** Reads it. Both are null where the migration that makes the installation's id is missing. */
export async function readBond(client: Pick<Client, 'query'>): Promise<StoredBond> {
  const { rows } = await client.query<StoredBond>(
    `select (select value from settings where name = 'installation') as installation,
       (select value from settings where name = 'redis') as redis`,
  );
  return rows[0] ?? { installation: null, redis: null };
}

/** Notes which Redis the installation works with, unless one is noted. */
export async function noteRedis(client: Pick<Client, 'query'>, redis: string): Promise<void> {
  await client.query(
    `insert into settings (name, value) values ('redis', $1) on conflict (name) do nothing`,
    [redis],
  );
}
