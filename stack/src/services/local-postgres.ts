import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntilFree } from '../ports.ts';
import { childrenOf, commandLine, isAlive } from '../processes/alive.ts';
import { launchDetached, logTail } from '../processes/launch.ts';
import { initPostgres } from './init-postgres.ts';
import { openLocalService } from './local-service.ts';
import { type PostgresPlace, postgresPlace } from './postgres-place.ts';
import { type Service, SetupError } from './service.ts';
import { withPostgres } from './with-postgres.ts';

// Recovery after a kill replays up to max_wal_size.
const START_TIMEOUT_MS = 120_000;
const LAUNCH_TRIES_MAX = 20;

export type LocalPostgresOptions = {
  /** Data folder; it survives a restart. */
  directory: string;
  logFile: string;
  port: number;
  /** Further or other settings, as `name: value`. */
  settings?: Record<string, string>;
};

/** Runs Postgres 18 as a local process, or adopts the one on this data. Its database is `razao`, its owner too. */
export async function openLocalPostgres(options: LocalPostgresOptions): Promise<Service> {
  const place = postgresPlace(options.directory);
  const password = await initPostgres(place);
  const port = readRunning(place.data)?.port ?? options.port;
  const server = `postgres://razao:${password}@127.0.0.1:${port}`;
  const service = await openLocalService({
    name: 'postgres',
    url: `${server}/razao`,
    where: place.reason ? `${place.data} (${place.reason})` : place.data,
    stopSignal: 'SIGINT',
    runningPid: () => readRunning(place.data)?.pid ?? null,
    launch: () => launch(place, { ...options, port }, `${server}/postgres`),
    companions: childrenOf,
  });
  await withPostgres(`${server}/postgres`, async (client) => {
    const found = await client.query(`select 1 from pg_database where datname = 'razao'`);
    if (found.rowCount === 0) {
      await client.query('create database razao');
    }
  });
  return service;
}

async function launch(place: PostgresPlace, options: LocalPostgresOptions, url: string) {
  if (!(await waitUntilFree(options.port))) {
    throw new SetupError(
      `port ${options.port}, wanted for Postgres, is taken by another program: stop it, or set POSTGRES_PORT`,
    );
  }
  // Postgres believes a pid file whose number now belongs to another program; we looked (readRunning), it is stale.
  rmSync(join(place.data, 'postmaster.pid'), { force: true });
  for (let tries = 1; ; tries += 1) {
    const pid = launchDetached({
      command: join(place.binaries, 'bin/postgres'),
      args: ['-D', place.data, ...settings(options)],
      logFile: options.logFile,
      cwd: '/',
      user: place.user,
    });
    if (await waitForAnswer(pid, url)) {
      return pid;
    }
    const tail = logTail(options.logFile);
    // After a kill, backends may hold the shared memory for a moment.
    if (!/shared memory block/.test(tail) || tries === LAUNCH_TRIES_MAX) {
      throw new SetupError(`Postgres does not start, see ${options.logFile}:\n${tail}`);
    }
    await sleep(250);
  }
}

async function waitForAnswer(pid: number, url: string): Promise<boolean> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (isAlive(pid) && performance.now() < deadline) {
    try {
      const { rows } = await withPostgres(url, (client) =>
        client.query<{ recovering: boolean }>('select pg_is_in_recovery() as recovering'),
      );
      // While it is being restored it is read, but nothing can be written.
      if (rows[0]?.recovering === false) return true;
    } catch {
      // It does not answer yet.
    }
    await sleep(25);
  }
  return false;
}

function settings({ port, settings: further }: LocalPostgresOptions): string[] {
  const values = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '512MB',
    fsync: 'on',
    synchronous_commit: 'on',
    // Few, slow checkpoints: each one makes every page's next change write the whole page to the log.
    max_wal_size: '4GB',
    checkpoint_completion_target: '0.9',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...further,
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Our Postgres on this data, if it still runs, from the pid file that it keeps. */
function readRunning(data: string): { pid: number; port: number } | null {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    const [pid, port] = [Number(lines[0]), Number(lines[3])];
    return commandLine(pid).includes(data) && isAlive(pid) ? { pid, port } : null;
  } catch {
    return null;
  }
}
