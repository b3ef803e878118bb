import type { Bond } from '@razao/shared/runtime/bond.ts';
import { createLog } from '@razao/shared/runtime/log.ts';
import { testUid } from '@razao/shared/test/commands.ts';
import { noteRedis, readBond } from '@razao/sql/installation.ts';
import { loadCommand } from '@razao/sql/load.ts';
import { createTestDatabase } from '@razao/stack/test-database.ts';
import { Client, type QueryResultRow } from 'pg';
import { LockSession, type LockSessionOptions } from '../src/leadership/lock-session.ts';

export const SILENT = createLog('test', 'silent');

/** A migrated database of its own, with a connection beside the committer's to look at it and to disturb it. */
export type Books = Awaited<ReturnType<typeof openBooks>>;

export async function openBooks() {
  const database = await createTestDatabase();
  const client = new Client({ connectionString: database.url, application_name: 'test' });
  client.on('error', () => {});
  await client.connect();
  const putLedger = loadCommand('put_ledger').text;

  return {
    url: database.url,
    client,
    installation: (await readBond(client)).installation ?? '',
    /** The rows of a query. */
    async rows<R extends QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> {
      return (await client.query<R>(text, values)).rows;
    },
    /** Creates a ledger and returns its id; its uid is the `testUid` of that. */
    async createLedger(name: string, accounts: 'auto' | 'explicit' = 'auto'): Promise<number> {
      const { rows } = await client.query<{ id: number }>(putLedger, [name, accounts, null, false]);
      const id = Number(rows[0]?.id);
      await client.query('update ledgers set uid = $2 where id = $1', [id, testUid(id)]);
      return id;
    },
    async close(): Promise<void> {
      await client.end();
      await database.drop();
    },
  };
}

/** A session that holds a shard's lock, or throws when it does not get it within `waitMs`. */
export async function openSession(
  url: string,
  shard = 0,
  waitMs = 10_000,
  more: Pick<LockSessionOptions, 'times'> = {},
): Promise<LockSession> {
  const bond = await bondFor(url);
  const durability = 'checked';
  const options = { databaseUrl: url, shard, durability, bond, log: SILENT, ...more } as const;
  const session = await LockSession.acquire(options, AbortSignal.timeout(waitMs));
  if (!session) throw new Error(`no lock on shard ${shard} within ${waitMs} ms`);
  return session;
}

/** What a database belongs to, for sessions without a Redis: that is only a name here. */
export async function bondFor(url: string): Promise<Bond> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  await noteRedis(client, 'none');
  const { installation, redis } = await readBond(client);
  await client.end();
  return { installation: installation ?? '', redis: redis ?? '' };
}

/** The server process behind a session. */
export async function backendOf(session: LockSession): Promise<number> {
  const { rows } = await session.query<{ pid: number }>('select pg_backend_pid() as pid');
  return Number(rows[0]?.pid);
}
