import { readdirSync, readFileSync } from 'node:fs';
import { Client } from 'pg';

const FOLDER = new URL('../migrations/', import.meta.url);
/** Any number of ours: two processes that migrate at once take turns. */
const ADVISORY_KEY = 7_240_001;

/**
 * Applies the migrations that the database lacks, in the order of their names, each in a transaction of its own.
 * `databaseUrl` is the owner's. Returns the names it applied.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [ADVISORY_KEY]);
    await client.query(
      'create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ name: string }>('select name from migrations');
    const applied = new Set(rows.map((row) => row.name));
    const missing = migrationNames().filter((name) => !applied.has(name));
    for (const name of missing) await apply(client, name);
    return missing;
  } finally {
    await client.end();
  }
}

/** The names of all migrations, in order. */
function migrationNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort();
}

async function apply(client: Client, name: string): Promise<void> {
  const text = readFileSync(new URL(name, FOLDER), 'utf8');
  await client.query('begin');
  try {
    // Its own row first: a second runner without the lock would fail here, before it changed anything.
    await client.query('insert into migrations (name) values ($1)', [name]);
    await client.query(text);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`migration ${name} failed`, { cause: error });
  }
}
