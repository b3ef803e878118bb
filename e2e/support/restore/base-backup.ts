import { chownSync, copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withPostgres } from '@razao/stack/services/with-postgres.ts';

// Stands in for `pg_basebackup`, which the Postgres of the tests comes without: the low-level way to the same thing.
const { values } = parseArgs({
  options: {
    dbname: { type: 'string' },
    pgdata: { type: 'string' },
    checkpoint: { type: 'string' },
    'wal-method': { type: 'string' },
  },
});
const { dbname = '', pgdata = '', checkpoint, 'wal-method': walMethod } = values;
if (checkpoint !== 'fast' || walMethod !== 'none') throw new Error('only what the document says');

/** What a copy does without; the folders stay. */
const EMPTY = new Set(['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial']);
const WITHOUT = new Set(['postmaster.pid', 'postmaster.opts']);

await withPostgres(dbname, async (client) => {
  await client.query(`select pg_backup_start('base', fast => true)`);
  const { rows } = await client.query<{ data_directory: string }>('show data_directory');
  copyFolder(rows[0]?.data_directory ?? '', pgdata);
  // Waits until the WAL that the copy needs is archived.
  const stop = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop()');
  const label = stop.rows[0]?.labelfile ?? '';
  writeFileSync(join(pgdata, 'backup_label'), label, { mode: 0o600 });
});

/** Keeps owners and modes; a file that is gone when its turn comes needs no copy. */
function copyFolder(from: string, to: string): void {
  const { mode, uid, gid } = statSync(from);
  mkdirSync(to, { mode });
  chownSync(to, uid, gid);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (WITHOUT.has(entry.name)) continue;
    if (EMPTY.has(entry.name)) copyEmpty(source, target);
    else if (entry.isDirectory()) copyFolder(source, target);
    else copyFile(source, target);
  }
}

function copyEmpty(from: string, to: string): void {
  const { mode, uid, gid } = statSync(from);
  mkdirSync(to, { mode });
  chownSync(to, uid, gid);
}

function copyFile(from: string, to: string): void {
  try {
    const { mode, uid, gid } = statSync(from);
    copyFileSync(from, to);
    chownSync(to, uid, gid);
    if ((statSync(to).mode & 0o777) !== (mode & 0o777)) throw new Error(`${to}: another mode`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
