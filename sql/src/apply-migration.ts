import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Migration } from './migrations.ts';

/** Whoever wants a table waits behind us while we wait for it: so not for long, and again once they had their turn. */
const LOCK_MS_MAX = 500;
const LOCK_RETRY_MS = 1_000;
/** A lock that was not to be had in time, and a deadlock. */
const RETRIED = new Set(['55P03', '40P01']);
const NOTE = 'insert into migrations (name) values ($1)';
/** What may wait as long as it takes: nobody who reads or writes rows waits behind it. */
const HARMLESS = /^(?:create|drop|reindex)\b.*?\bconcurrently\b|\bvalidate\s+constraint\b/is;
const CONCURRENT_INDEX =
  /^create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?((?:"[^"]+"|[\w.])+)\s+on\b/i;

/** Until when (by `performance.now()`) locks that others hold are tried for, and who hears of it. */
export type Waiting = { deadline: number; say: (line: string) => void };

/** Applies a migration and notes that it was. Throws with its name. */
export async function applyMigration(
  client: Client,
  migration: Migration,
  waiting: Waiting,
): Promise<void> {
  const { name, statements, transactional } = migration;
  try {
    if (transactional) return await patiently(client, migration, waiting, inTransaction);
    for (const statement of statements)
      await patiently(client, migration, waiting, () => runAlone(client, statement));
    await client.query(NOTE, [name]);
  } catch (error) {
    throw new Error(`migration ${name} failed: ${(error as Error).message}`, { cause: error });
  }
}

async function inTransaction(client: Client, { name, text }: Migration): Promise<void> {
  await client.query(`begin; set local lock_timeout = ${LOCK_MS_MAX}`);
  try {
    // Its own row first: a second runner without the lock would fail here, before it changed anything.
    await client.query(NOTE, [name]);
    await client.query(text);
    await client.query('commit');
  } catch (error) {
    // Where the session is gone, so is the transaction.
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

/** Runs a statement of a migration that has no transaction. An index that an earlier try left unfinished is built anew. */
export async function runAlone(client: Client, statement: string): Promise<void> {
  const bare = statement.replace(/--.*$/gm, '').trim();
  await client.query(`set lock_timeout = ${HARMLESS.test(bare) ? 0 : LOCK_MS_MAX}`);
  const index = CONCURRENT_INDEX.exec(bare)?.[1];
  if (index !== undefined) await dropUnfinished(client, index);
  await client.query(statement);
}

async function dropUnfinished(client: Client, index: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'select indexrelid::regclass::text as name from pg_index where indexrelid = to_regclass($1) and not indisvalid',
    [index],
  );
  for (const { name } of rows) await client.query(`drop index concurrently ${name}`);
}

async function patiently(
  client: Client,
  migration: Migration,
  { deadline, say }: Waiting,
  attempt: (client: Client, migration: Migration) => Promise<void>,
): Promise<void> {
  for (;;) {
    try {
      return await attempt(client, migration);
    } catch (error) {
      const { code = '' } = error as { code?: string };
      if (!RETRIED.has(code) || performance.now() > deadline) throw error;
      say(
        `migration ${migration.name} waits for a lock; open transactions: ${await holders(client)}`,
      );
    }
    await delay(LOCK_RETRY_MS);
  }
}

/** The oldest transactions, one of which it may be. */
async function holders(client: Client): Promise<string> {
  const { rows } = await client.query<{ text: string }>(
    `select concat_ws(' ', 'pid', pid, application_name, extract(epoch from clock_timestamp() - xact_start)::int || ' s') as text
     from pg_stat_activity
     where xact_start is not null and pid <> pg_backend_pid() and datname = current_database()
     order by xact_start limit 3`,
  );
  return rows.length === 0 ? 'none' : rows.map(({ text }) => text).join(', ');
}
