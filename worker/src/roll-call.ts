import { setTimeout as delay } from 'node:timers/promises';
import {
  LOCK_ANSWER_AGE_MS_MAX,
  LOCK_IDLE_SESSION_MS,
  ROLL_CALL_MS,
} from '@razao/shared/contract/limits.ts';
import type { Service } from '@razao/shared/runtime/service.ts';
import { Client } from 'pg';

const NAME = 'razao roll call';
const STOP_MS_MAX = 500;

/** Counts the processes that could hold locks, so that they can share the shards out. Decides nothing about who may write. */
export type RollCall = Service & {
  /** Processes that answer, this one included; 1 where that is not known. */
  processes(): number;
};

/**
 * Each process keeps one session of this name open while `present` holds, and counts those sessions. A process that is
 * stopped or cut off drops out as its session is ended, by the same timeout as a lock.
 */
export function createRollCall(databaseUrl: string, present: () => boolean): RollCall {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let processes = 1;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (present()) await answer().catch(() => {});
      processes = 1;
      await delay(ROLL_CALL_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  async function answer(): Promise<void> {
    const client = new Client({
      connectionString: databaseUrl,
      application_name: NAME,
      connectionTimeoutMillis: LOCK_ANSWER_AGE_MS_MAX,
      query_timeout: LOCK_ANSWER_AGE_MS_MAX,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query(`set idle_session_timeout = ${LOCK_IDLE_SESSION_MS}`);
      while (present() && !stopping.signal.aborted) {
        const { rows } = await client.query<{ processes: number }>(
          `select count(*)::int as processes from pg_stat_activity
           where application_name = $1 and datname = current_database()`,
          [NAME],
        );
        processes = Math.max(1, rows[0]?.processes ?? 1);
        await delay(ROLL_CALL_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    } finally {
      // `end` would wait for a server that may not answer.
      client.connection.stream.destroy();
    }
  }

  return {
    name: 'roll call',
    processes: () => processes,
    async start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await Promise.race([running, delay(STOP_MS_MAX, undefined, { ref: false })]);
    },
  };
}
