import type { Client } from 'pg';
import { loadCommand } from './load.ts';

const UNDEFINED_TABLE = '42P01';

/** What a database says of itself. */
export type StoredBond = {
  /** Its installation; null where the migration that makes the id is missing. */
  installation: string | null;
  /** The id of the Redis that it works with, once there is one. */
  redis: string | null;
  /** Names what answered: another server, or another database in its place, has another one. */
  server: string;
  /** It does not say yet what it will: it is being restored, or is a standby. */
  recovering: boolean;
};

/** The statement that reads it. */
export const READ_BOND = `select (select value from settings where name = 'installation') as installation,
    (select value from settings where name = 'redis') as redis,
    concat(extract(epoch from pg_postmaster_start_time()), ' ', oid) as server, pg_is_in_recovery() as recovering
  from pg_database where datname = current_database()`;

/** Reads it. One whose tables are missing says that it has no installation. */
export async function readBond(client: Pick<Client, 'query'>): Promise<StoredBond> {
  const nothing = { installation: null, redis: null, server: '', recovering: false };
  try {
    const { rows } = await client.query<StoredBond>(READ_BOND);
    return rows[0] ?? nothing;
  } catch (error) {
    if ((error as { code?: string }).code === UNDEFINED_TABLE) return nothing;
    throw error;
  }
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
