import { execFile } from 'node:child_process';
import { chown, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type PostgresPlace, postgresPlace } from '@razao/stack/services/postgres-place.ts';
import { until } from '@razao/stack/test/until.ts';
import { withSql } from '../../support/open-world.ts';
import type { CrashStack } from './crash-stack.ts';

const RECOVERY_MS_MAX = 60_000;
/** What a base backup leaves out: WAL comes from elsewhere, and the rest belongs to the running server. */
const LEFT_OUT = new Set(['pg_wal', 'postmaster.pid', 'postmaster.opts', 'backup_label.old']);

/** A copy of Postgres's data that was taken while it ran. */
export type BaseBackup = { folder: string };

/** Takes a base backup of a running Postgres. Only one is kept. */
export async function takeBaseBackup(stack: CrashStack): Promise<BaseBackup> {
  const place = placeOf(stack);
  const folder = `${place.data}.backup`;
  await rm(folder, { recursive: true, force: true });
  await makeFolder(folder, place);
  await withSql(stack, async (client) => {
    await client.query(`select pg_backup_start('crash', fast => true)`);
    const names = (await readdir(place.data)).filter((name) => !LEFT_OUT.has(name));
    await copy(
      names.map((name) => join(place.data, name)),
      folder,
    );
    const { rows } = await client.query<{ labelfile: string }>(
      'select labelfile from pg_backup_stop(wait_for_archive => false)',
    );
    await makeFile(join(folder, 'backup_label'), rows[0]?.labelfile ?? '', place);
  });
  await makeFolder(join(folder, 'pg_wal'), place);
  return { folder };
}

/** Names the point that Postgres is at. */
export async function markPoint(stack: CrashStack, name: string): Promise<void> {
  await withSql(stack, (client) => client.query('select pg_create_restore_point($1)', [name]));
}

/** Kills Postgres, puts a base backup in the place of its data, and starts it on the WAL that there is, up to a point or its end. */
export async function restorePostgres(
  stack: CrashStack,
  { folder }: BaseBackup,
  point: string | null,
): Promise<void> {
  const place = placeOf(stack);
  const { data } = place;
  const wal = `${data}.wal`;
  await stack.services.postgres.kill();
  await rm(wal, { recursive: true, force: true });
  await rename(join(data, 'pg_wal'), wal);
  await rm(data, { recursive: true, force: true });
  await makeFolder(data, place);
  await copy(
    (await readdir(folder)).map((name) => join(folder, name)),
    data,
  );
  const target = point === null ? '' : `recovery_target_name = '${point}'\n`;
  const settings = `restore_command = 'cp "${wal}/%f" "%p"'\nrecovery_target_action = 'promote'\n`;
  await makeFile(join(data, 'postgresql.auto.conf'), `${settings}${target}`, place);
  await makeFile(join(data, 'recovery.signal'), '', place);
  await stack.services.postgres.start();
  await until('Postgres has recovered', () => hasRecovered(stack), RECOVERY_MS_MAX);
  await rm(wal, { recursive: true, force: true });
}

async function hasRecovered(stack: CrashStack): Promise<boolean> {
  return await withSql(stack, async (client) => {
    const { rows } = await client.query<{ recovers: boolean }>(
      'select pg_is_in_recovery() as recovers',
    );
    return rows[0]?.recovers === false;
  });
}

function placeOf({ directory }: CrashStack): PostgresPlace {
  return postgresPlace(join(directory, 'data/postgres'));
}

async function makeFolder(path: string, place: PostgresPlace): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  await own(path, place);
}

async function makeFile(path: string, text: string, place: PostgresPlace): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  await own(path, place);
}

async function own(path: string, { user }: PostgresPlace): Promise<void> {
  if (user !== undefined) await chown(path, user.uid, user.gid);
}

/** With owners and modes. Files that vanish meanwhile are no loss: the WAL knows. */
async function copy(from: readonly string[], to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', ...from, to]).catch((error: { stderr?: string }) => {
    const lines = (error.stderr ?? '').trim().split('\n');
    if (!lines.every((line) => line.includes('No such file'))) throw error;
  });
}
