import { READ_STATEMENT_MS_MAX, SETTINGS_STATEMENT_MS_MAX } from '@razao/shared/contract/limits.ts';
import { type Clock, NOW_MS } from '@razao/shared/runtime/clock.ts';
import type { Durability } from '@razao/shared/runtime/env-schema.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import { postgresFaults } from '@razao/shared/runtime/postgres-guard.ts';
import { readBond, type StoredBond } from '@razao/sql/installation.ts';
import { behindPooler } from '@razao/sql/pooler.ts';
import { schemaFault } from '@razao/sql/schema.ts';
import { Kysely, PostgresDialect } from 'kysely';
import { type Client, Pool } from 'pg';
import { forgetBroken } from './forget-broken.ts';
import type { ReadModel } from './read-model.ts';
import { createServerWatch, type ServerWatch } from './server-watch.ts';

const READERS_MAX = 10;
const WRITERS_MAX = 4;
const CONNECT_MS_MAX = 2_000;
const WATCH_MS = 1_000;

export type Database = {
  read: Kysely<ReadModel>;
  /** For settings: one autocommitted statement each, which can hold up a committer for some seconds at most. */
  settings: Pool;
  /** Why Postgres cannot be worked with, as of about a second ago; null: it can. */
  fault(): string | null;
  /** Why its schema cannot, as of the last time that it answered. */
  schemaFault(): string | null;
  /** How often Postgres was lost, or another server answered: what was read before may be another's. */
  outages(): number;
  /** What the database said of itself about a second ago; null where it did not answer. */
  bond(): StoredBond | null;
  stop(): Promise<void>;
};

/**
 * Connects when there is something to ask, and checks each connection for durability. Asks every second itself, so that
 * `fault` speaks of the present whether or not there are requests, and tells the clock what time it is there.
 * All of it works through a pooler in transaction mode too.
 */
export function createDatabase(
  url: string,
  { durability, clock, log }: { durability: Durability; clock: Clock; log: Logger },
): Database {
  let fault: string | null = null;
  let ofSchema: string | null = null;
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
      query_timeout: statementMs + 1_000,
      keepAlive: true,
      verify: (client: Client, done: (error?: Error) => void) => {
        prepare(client, { statementMs, durability, clock, server }).then(
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
  const trusted = forgetBroken(reading);
  const read = new Kysely<ReadModel>({
    dialect: new PostgresDialect({
      pool: {
        ...trusted,
        connect() {
          // What stands behind a pooler may change without a new connection.
          server.refuse();
          return trusted.connect();
        },
      },
    }),
  });
  const watching = setTimeout(watch, WATCH_MS).unref();
  async function watch(): Promise<void> {
    try {
      const found = await look();
      fault = null;
      if (found !== null && found !== ofSchema) log.error(found);
      ofSchema = found;
    } catch (error) {
      lose((error as Error).message);
    }
    watching.refresh();
  }
  async function look(): Promise<string | null> {
    // Not the time that a read may take: a server that is silent is to be known soon.
    const inTime = { query_timeout: CONNECT_MS_MAX };
    await clock.measure(() =>
      reading.query<{ now_ms: number }>({ text: `select ${NOW_MS}`, ...inTime }),
    );
    server.see(await readBond(reading));
    return await schemaFault((question) => reading.query({ ...question, ...inTime }));
  }
  return {
    read,
    settings,
    fault: () => fault,
    outages: server.changes,
    bond: server.bond,
    schemaFault: () => ofSchema,
    async stop() {
      clearTimeout(watching);
      await Promise.all([read.destroy(), settings.end()]);
    },
  };
}

type Preparation = {
  statementMs: number;
  durability: Durability;
  clock: Clock;
  server: ServerWatch;
};

/**
 * Nothing is set when a connection is opened, which a pooler refuses, nor later where there is one: it would stay with a
 * session of the server that others use. There the statements bring along what they need, and a read ends by our own
 * patience, and by what the operator has set.
 */
async function prepare(
  client: Client,
  { statementMs, durability, clock, server }: Preparation,
): Promise<void> {
  const pooled = await behindPooler(client);
  if (!pooled)
    await client.query(
      `set synchronous_commit = on;
       set statement_timeout = ${statementMs};
       set idle_in_transaction_session_timeout = ${SETTINGS_STATEMENT_MS_MAX}`,
    );
  // The first connection tells the time before anything is accepted.
  await clock.measure(() => client.query<{ now_ms: number }>(`select ${NOW_MS}`));
  server.see(await readBond(client));
  const faults = await postgresFaults(client, durability, { byStatement: pooled });
  if (faults.length > 0) throw new Error(`Connection terminated by us: ${faults.join('; ')}`);
}
