import {
  EXPIRIES_PER_SWEEP_MAX,
  EXPIRY_GRACE_MS,
  LOCK_ANSWER_AGE_MS_MAX,
  READ_STATEMENT_MS_MAX,
} from '@razao/shared/contract/limits.ts';
import { foreignDatabase } from '@razao/shared/runtime/bond.ts';
import { readBond } from '@razao/sql/installation.ts';
import { loadCommand } from '@razao/sql/load.ts';
import { needSession } from '@razao/sql/pooler.ts';
import { Client } from 'pg';

const FIND = loadCommand('find_expired_holds');

/** What the session sets when it connects. */
export const HOLD_SESSION_SETTINGS = `
  set default_transaction_read_only = on;
  set statement_timeout = ${READ_STATEMENT_MS_MAX};
  -- The open holds that are due are few among all, and the planner may not know it: by index, whatever the statistics say.
  set plan_cache_mode = force_custom_plan;
  set jit = off;
  set enable_seqscan = off;
  set enable_bitmapscan = off;
  set enable_hashjoin = off;
  set enable_mergejoin = off;
  set enable_sort = off;
`;

export type ExpiredHold = {
  ledger_id: number;
  ledger_uid: string;
  ledger: string;
  id: string;
  expires_at: string;
  overdue_seconds: number;
};

/** The place of a hold in the order of expiry. */
export type HoldPlace = Pick<ExpiredHold, 'expires_at' | 'ledger_id' | 'id'>;

const FIRST: HoldPlace = {
  expires_at: '-infinity',
  ledger_id: 0,
  id: '00000000-0000-0000-0000-000000000000',
};

/** The sweeper's session in Postgres. Each question is a statement of its own: no snapshot stays open. */
export type HoldSession = {
  /**
   * A page of the open holds whose ends are due, the oldest first, from the first or after a place: whatever was accepted
   * before their time was over is in the queue by then.
   */
  find(after: HoldPlace | null): Promise<ExpiredHold[]>;
  close(): void;
};

/** Throws where the database is not of the installation: its holds are nobody's here. */
export async function openHoldSession(
  databaseUrl: string,
  installation: string,
): Promise<HoldSession> {
  const client = new Client({
    connectionString: databaseUrl,
    application_name: 'razao expiry',
    connectionTimeoutMillis: LOCK_ANSWER_AGE_MS_MAX,
    // The server gives up first, so that its reason is what is known.
    query_timeout: READ_STATEMENT_MS_MAX + LOCK_ANSWER_AGE_MS_MAX,
  });
  client.on('error', () => {});
  // `end` would wait for a server that may not answer.
  const close = () => client.connection.stream.destroy();
  try {
    await client.connect();
    await needSession(client, databaseUrl);
    await client.query(HOLD_SESSION_SETTINGS);
    const foreign = foreignDatabase(installation, await readBond(client));
    if (foreign) throw new Error(foreign);
  } catch (error) {
    close();
    throw error;
  }
  return {
    async find(after) {
      const { expires_at, ledger_id, id } = after ?? FIRST;
      const values = [expires_at, ledger_id, id, EXPIRIES_PER_SWEEP_MAX, EXPIRY_GRACE_MS];
      return (await client.query<ExpiredHold>({ ...FIND, values })).rows;
    },
    close,
  };
}
