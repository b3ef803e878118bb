import type { Client } from 'pg';
import { loadCommand } from './load.ts';

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

const noteSetting = loadCommand('note_setting');
const putSetting = loadCommand('put_setting');

/** Notes which Redis the installation works with from now on, whatever was noted. */
export async function changeRedis(client: Pick<Client, 'query'>, redis: string): Promise<void> {
  await client.query(putSetting.text, ['redis', redis]);
}

/** Notes which Redis the installation works with, unless one is noted. */
export async function noteRedis(client: Pick<Client, 'query'>, redis: string): Promise<void> {
  await client.query(noteSetting.text, ['redis', redis]);
}
