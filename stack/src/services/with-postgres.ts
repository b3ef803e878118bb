import pg from 'pg';

/** Runs `work` on one connection and closes it. */
export async function withPostgres<T>(url: string, work: (client: pg.Client) => Promise<T>) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // The connection may be cut under us (tests kill servers); the query then fails and says so.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The same URL with another database name. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Creates a database, dropping what stands there under that name; a template makes it a copy. */
export async function createDatabase(url: string, name: string, template = 'template1') {
  await withPostgres(url, async (client) => {
    await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
    await client.query(
      `create database ${client.escapeIdentifier(name)} template ${client.escapeIdentifier(template)}`,
    );
  });
  return withDatabase(url, name);
}

/** Drops a database together with its connections. */
export async function dropDatabase(url: string, name: string): Promise<void> {
  await withPostgres(url, async (client) => {
    await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
  });
}
