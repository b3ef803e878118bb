import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { applyMigration } from './apply-migration.ts';
import { migrationNames, readMigration } from './migrations.ts';
import { needSession } from './pooler.ts';

/** Any number of ours: two processes that migrate at once take turns. */
const ADVISORY_KEY = 7_240_001;
const TURN_POLL_MS = 200;
const PATIENCE_MS = 5 * 60_000;

export type MigrateOptions = {
  /** Where the migrations are. */
  folder?: URL;
  /** For how long a migration is tried whose locks others hold, in ms. */
  patienceMs?: number;
  /** Hears what is waited for. */
  say?: (line: string) => void;
};

/**
 * Applies the migrations that the database lacks, in the order of their names, each in a transaction of its own unless it
 * says otherwise. `databaseUrl` is the owner's. Returns the names it applied. Can be run again after whatever stopped it.
 */
export async function migrate(
  databaseUrl: string,
  { folder, patienceMs = PATIENCE_MS, say = () => {} }: MigrateOptions = {},
): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'razao migrate' });
  client.on('error', () => {});
  await client.connect();
  try {
    await needSession(client, databaseUrl);
    await takeTurn(client);
    await client.query(
      'create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ name: string }>('select name from migrations');
    const applied = new Set(rows.map((row) => row.name));
    const missing = migrationNames(folder).filter((name) => !applied.has(name));
    for (const name of missing) {
      const deadline = performance.now() + patienceMs;
      await applyMigration(client, readMigration(name, folder), { deadline, say });
    }
    return missing;
  } finally {
    await client.end();
  }
}

/**
 * By asking, not by waiting in the server: a session that waits there has a snapshot open, and an index that is built
 * concurrently waits for that.
 */
async function takeTurn(client: Client): Promise<void> {
  const ask = () =>
    client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [ADVISORY_KEY]);
  while (!(await ask()).rows[0]?.mine) await delay(TURN_POLL_MS);
}
