import { setTimeout as delay } from 'node:timers/promises';
import {
  LOCK_ANSWER_AGE_MS_MAX,
  LOCK_IDLE_SESSION_MS,
  ROLL_CALL_MS,
} from '@razao/shared/contract/limits.ts';
import { type Clock, NOW_MS } from '@razao/shared/runtime/clock.ts';
import type { Durability } from '@razao/shared/runtime/env-schema.ts';
import type { Logger } from '@razao/shared/runtime/log.ts';
import { postgresFaults } from '@razao/shared/runtime/postgres-guard.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import { readBond, type StoredBond } from '@razao/sql/installation.ts';
import { needSession } from '@razao/sql/pooler.ts';
import { schemaFault } from '@razao/sql/schema.ts';
import { Client } from 'pg';
import { errorCode } from '../commit/error-class.ts';

const NAME = 'razao roll call';
const ABSENT = `${NAME}, absent`;
const STOP_MS_MAX = 500;
const COUNT = `select count(*)::int as processes, ${NOW_MS} from pg_stat_activity
  where application_name = $1 and datname = current_database()`;

/**
 * Counts the processes that could hold locks, so that they can share the shards out. Decides nothing about who may write.
 * It is also how a process knows whether it can work with Postgres, which that is, and what time it is there.
 */
export type Membership = Service & {
  /** Processes that answer, this one included; 1 where that is not known. */
  processes(): number;
  /** Why Postgres cannot be worked with, as of about a second ago; null: it can. */
  fault(): string | null;
  /** What the database said of itself about a second ago; null where it did not answer. */
  bond(): StoredBond | null;
  /** Why its schema cannot, as of the last time that it answered. */
  schemaFault(): string | null;
};

export type MembershipOptions = {
  databaseUrl: string;
  durability: Durability;
  clock: Clock;
  log: Pick<Logger, 'error'>;
  /** Whether this process could hold locks. */
  present: () => boolean;
};

/**
 * Each process keeps one session open, of this name while `present` holds, and counts the sessions of the name. A process
 * that is stopped or cut off drops out as its session is ended, by the same timeout as a lock.
 */
export function createMembership({
  databaseUrl,
  durability,
  clock,
  log,
  present,
}: MembershipOptions): Membership {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let processes = 1;
  let fault: string | null = 'not connected';
  let bond: StoredBond | null = null;
  let ofSchema: string | null = null;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await answer().catch((error: Error) => {
        fault = error.message || errorCode(error);
      });
      processes = 1;
      bond = null;
      await pause();
    }
  }

  async function pause(): Promise<void> {
    await delay(ROLL_CALL_MS, undefined, { signal: stopping.signal }).catch(() => {});
  }

  async function look(client: Client): Promise<void> {
    const found = await schemaFault((question) => client.query(question));
    if (found !== null && found !== ofSchema) log.error(found);
    ofSchema = found;
  }

  async function answer(): Promise<void> {
    const client = new Client({
      connectionString: databaseUrl,
      application_name: ABSENT,
      connectionTimeoutMillis: LOCK_ANSWER_AGE_MS_MAX,
      query_timeout: LOCK_ANSWER_AGE_MS_MAX,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      await needSession(client, databaseUrl);
      await client.query(
        `set idle_session_timeout = ${LOCK_IDLE_SESSION_MS}; set synchronous_commit = on`,
      );
      const faults = await postgresFaults(client, durability);
      if (faults.length > 0) throw new Error(faults.join('; '));
      while (!stopping.signal.aborted) {
        const here = present();
        await client.query(`set application_name = '${here ? NAME : ABSENT}'`);
        const { rows } = await clock.measure(() =>
          client.query<{ processes: number; now_ms: number }>(COUNT, [NAME]),
        );
        const found = await readBond(client);
        // What it says while it is being restored may be of long ago.
        bond = found.recovering ? null : found;
        await look(client);
        processes = here ? Math.max(1, rows[0]?.processes ?? 1) : 1;
        fault = null;
        await pause();
      }
    } finally {
      // `end` would wait for a server that may not answer.
      client.connection.stream.destroy();
    }
  }

  return {
    name: 'roll call',
    processes: () => processes,
    fault: () => fault,
    bond: () => bond,
    schemaFault: () => ofSchema,
    async start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await Promise.race([running, delay(STOP_MS_MAX, undefined, { ref: false })]);
    },
  };
}
