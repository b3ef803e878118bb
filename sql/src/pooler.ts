import type { Client } from 'pg';
import { inBriefSession } from './brief-session.ts';

const OTHER_MS_MAX = 3_000;
/** Others may come between two questions of ours: so often one is compared with the other. */
const ROUNDS = 3;

/** Raised where the statements of one connection run in different sessions of the server. */
class NoSession extends Error {
  constructor() {
    super(
      'the connection to Postgres goes through a pooler in transaction mode: a lock that is taken there belongs to nobody; use its session mode, or no pooler',
    );
    this.name = 'NoSession';
  }
}

/** Whether a pooler stands before the server: the process that answers is not the one that greeted us. */
export async function behindPooler(client: Client): Promise<boolean> {
  const { processID } = client as Client & { processID?: number | null };
  return (await serverProcess(client)) !== processID;
}

/**
 * Makes sure that a connection is a session of the server for as long as it is open, as locks, settings and timeouts of a session
 * need it. Asked before anything of the kind is set, since in transaction mode that would reach others. Costs one question,
 * unless there is a pooler: then a second connection, by the same way, opens a transaction, which in transaction mode gets
 * the session that ours had just before. Throws `NoSession`.
 */
export async function needSession(client: Client, databaseUrl: string): Promise<void> {
  if (!(await behindPooler(client))) return;
  try {
    await inBriefSession(databaseUrl, OTHER_MS_MAX, async (other) => {
      for (let round = 0; round < ROUNDS; round++) await compare(client, other);
    });
  } catch (cause) {
    if (cause instanceof NoSession) throw cause;
    throw new Error(
      `through the pooler before Postgres no second session could be had, which tells its mode (${(cause as Error).message}): is its pool too small?`,
      { cause },
    );
  }
}

async function compare(client: Client, other: Client): Promise<void> {
  const mine = await serverProcess(client);
  await other.query('begin');
  if ((await serverProcess(other)) === mine) throw new NoSession();
  if ((await serverProcess(client)) !== mine) throw new NoSession();
  await other.query('rollback');
}

async function serverProcess(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid;
}
