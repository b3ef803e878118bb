import type { Client } from 'pg';
import { runAlone } from './apply-migration.ts';
import type { Migration } from './migrations.ts';

/** Tables that have a row for each ledger at most: whatever is done to them is done in a moment. */
const SMALL = ['settings', 'migrations', 'ledgers'];
/** Rows that a migration may change of a table that processes write to. */
const CHANGES_MAX = 10;

type Table = { name: string; file: string; scans: number; changes: number };

const TABLES = `
  select c.relname::text as name, pg_relation_filenode(c.oid)::text as file,
    pg_stat_get_xact_numscans(c.oid)::int as scans,
    (pg_stat_get_xact_tuples_updated(c.oid) + pg_stat_get_xact_tuples_deleted(c.oid))::int as changes
  from pg_class c
  where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
  order by c.relname`;
const EXCLUSIVE = `
  select distinct c.relname::text as name
  from pg_locks l join pg_class c on c.oid = l.relation
  where l.pid = pg_backend_pid() and l.granted and c.relkind = 'r'
    and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
  order by 1`;

/**
 * Applies a migration to a database that has all before it, with so many rows that no plan scans a table for a few of them,
 * and says what would keep the processes of a large one waiting: a table that is scanned or written anew while something is
 * locked away from them, many rows that are changed at once, and a statement without a transaction that cannot be repeated.
 */
export async function migrationFaults(client: Client, migration: Migration): Promise<string[]> {
  if (migration.transactional) return await faultsOf(client, () => client.query(migration.text));
  const faults: string[] = [];
  for (const statement of migration.statements) {
    // What cannot run in a transaction cannot be watched from within.
    if (/\bconcurrently\b/i.test(statement)) await runAlone(client, statement);
    else faults.push(...(await faultsOf(client, () => client.query(statement))));
  }
  for (const statement of migration.statements)
    await runAlone(client, statement).catch((error: Error) =>
      faults.push(`cannot be repeated: ${error.message}`),
    );
  return faults;
}

async function faultsOf(client: Client, run: () => Promise<unknown>): Promise<string[]> {
  await client.query('begin');
  const before = await tables(client);
  await run();
  const after = new Map((await tables(client)).map((table) => [table.name, table]));
  const locked = (await client.query<{ name: string }>(EXCLUSIVE)).rows.map(({ name }) => name);
  await client.query('commit');
  const there = new Set(before.map(({ name }) => name));
  const away = locked.filter((name) => there.has(name));
  return before.flatMap((table) => {
    const now = after.get(table.name);
    if (!now || SMALL.includes(table.name)) return [];
    const faults: string[] = [];
    if (now.file !== table.file) faults.push(`writes ${table.name} anew`);
    if (now.scans > table.scans && away.length > 0)
      faults.push(`scans ${table.name} while ${away.join(', ')} cannot be used`);
    if (now.changes - table.changes > CHANGES_MAX)
      faults.push(`changes many rows of ${table.name}`);
    return faults;
  });
}

async function tables(client: Client): Promise<Table[]> {
  return (await client.query<Table>(TABLES)).rows;
}
