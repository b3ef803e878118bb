import { READ_STATEMENT_MS_MAX, SETTINGS_STATEMENT_MS_MAX } from '@razao/shared/contract/limits.ts';
import { type Clock, NOW_MS } from '@razao/shared/runtime/clock.ts';
import type { Durability } from '@razao/shared/runtime/env-schema.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import { postgresFaults } from '@razao/shared/runtime/postgres-guard.ts';
import { readBond, type StoredBond } from '@razao/sql/installation.ts';
import { Kysely, PostgresDialect } from 'kysely';
import { type Client, Pool } from 'pg';
import type { ReadModel } from './read-model.ts';
import { createServerWatch, type ServerWatch } from './server-watch.ts';

const READERS_MAX = 10;
const WRITERS_MAX = 4;
const CONNECT_MS_MAX = 2_000;
const WATCH_MS = 1_000;

export type Database = {
  read: Kysely<ReadModel>;
  /** For settings: one autocommitted statement each, which can hold up a committer for two seconds at most. */
  settings: Pool;
  /** Why Postgres cannot be worked with, as of about a second ago; null: it can. */
  fault(): string | null;
  /** How often Postgres was lost, or another server answered: what was read before may be another's. */
  outages(): number;
  /** What the database said of itself about a second ago; null where it did not answer. */
  bond(): StoredBond | null;
  stop(): Promise<void>;
};

/**
 * Connects when there is something to ask, and checks each connection for durability. Asks every second itself, so that
 * `fault` speaks of the present whether or not there are requests, and tells the clock what time it is there.
 */
export function createDatabase(
  url: string,
  { durability, clock, log }: { durability: Durability; clock: Clock; log: Logger },
): Database {
  let fault: string | null = null;
  const server = createServerWatch();
  function lose(why: string): void {
    if (fault === null) server.lose();
    fault = why;
  }
  const open = (max: number, statementMs: number) => {
    const pool = new Pool({
      connectionString: url,
      max,
      application_name: 'razao api',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      statement_timeout: statementMs,
      query_timeout: statementMs + 1_000,
      idle_in_transaction_session_timeout: SETTINGS_STATEMENT_MS_MAX,
      keepAlive: true,
      verify: (client: Client, done: (error?: Error) => void) => {
        prepare(client, { durability, clock, server }).then(
          () => {
            fault = null;
            done();
          },
          (error: Error) => {
            lose(error.message);
            done(error);
          },
        );
      },
    });
    // One that breaks while it is lent out fails its query, and says so by an event as well, which would end the process.
    pool.on('connect', (client) => client.on('error', () => {}));
    pool.on('error', (error) => {
      // All idle connections break at once: one line is enough.
      if (fault === null) log.warn({ err: error }, 'connections to Postgres broke');
      lose(error.message);
    });
    return pool;
  };
  const reading = open(READERS_MAX, READ_STATEMENT_MS_MAX);
  const settings = open(WRITERS_MAX, SETTINGS_STATEMENT_MS_MAX);
  const read = new Kysely<ReadModel>({
    dialect: new PostgresDialect({
      pool: {
        connect() {
          // What stands behind a pooler may change without a new connection.
          server.refuseForeign();
          return reading.connect();
        },
        end: () => reading.end(),
        options: reading.options,
      },
    }),
  });
  const watching = setTimeout(watch, WATCH_MS).unref();
  async function watch(): Promise<void> {
    // Not the time that a read may take: one that is silent is to be known soon.
    const question = { text: `select ${NOW_MS}`, query_timeout: CONNECT_MS_MAX };
    try {
      await clock.measure(() => reading.query<{ now_ms: number }>(question));
      server.see(await readBond(reading));
      fault = null;
    } catch (error) {
      lose((error as Error).message);
    }
    watching.refresh();
  }
  return {
    read,
    settings,
    fault: () => fault,
    outages: server.changes,
    bond: server.bond,
    async stop() {
      clearTimeout(watching);
      await Promise.all([read.destroy(), settings.end()]);
    },
  };
}

type PrepareDeps = { durability: Durability; clock: Clock; server: ServerWatch };

async function prepare(client: Client, { durability, clock, server }: PrepareDeps): Promise<void> {
  await client.query('set synchronous_commit = on');
  // The first connection tells the time before anything is accepted.
  await clock.measure(() => client.query<{ now_ms: number }>(`select ${NOW_MS}`));
  server.see(await readBond(client));
  const faults = await postgresFaults(client, durability);
  if (faults.length > 0) throw new Error(`Connection terminated by us: ${faults.join('; ')}`);
}
