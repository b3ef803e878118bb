import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answersTcp, freePort } from '../src/ports.ts';
import { isAlive, sendSignal, waitForExit } from '../src/processes/alive.ts';
import { launchDetached, logTail } from '../src/processes/launch.ts';
import { postgresUser } from '../src/services/postgres-user.ts';
import { systemProgram } from '../src/services/system-program.ts';

const START_MS_MAX = 10_000;
const STOP_MS_MAX = 10_000;

export type PgBouncer = {
  /** The database behind it. */
  url: string;
  /** Ends it at once, with all its connections. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stops it for good and deletes its files. */
  remove(): Promise<void>;
};

/**
 * The real PgBouncer before a database, on a free port, installed with apt-get where that is possible without asking. Nothing
 * is set that is not a default, but for the mode and the size of its pools.
 */
export async function startPgBouncer(
  databaseUrl: string,
  mode: 'session' | 'transaction',
  poolSize = 40,
): Promise<PgBouncer> {
  const program = systemProgram(['pgbouncer'], {
    name: 'PgBouncer',
    debian: 'pgbouncer',
    brew: 'pgbouncer',
    otherwise: 'install pgbouncer',
  });
  const port = await freePort();
  // Where any user may go: as root it refuses to run.
  const directory = mkdtempSync(join(tmpdir(), 'razao-pgbouncer-'));
  chmodSync(directory, 0o755);
  const file = join(directory, 'pgbouncer.ini');
  writeFileSync(file, configuration(databaseUrl, port, { mode, poolSize }));
  const logFile = join(directory, 'pgbouncer.log');
  const url = new URL(databaseUrl);
  url.port = String(port);
  let pid: number | undefined;

  async function start(): Promise<void> {
    pid = launchDetached({
      command: program,
      args: [file],
      logFile,
      cwd: directory,
      user: postgresUser(),
    });
    const deadline = performance.now() + START_MS_MAX;
    while (!(await answersTcp('127.0.0.1', port))) {
      if (!isAlive(pid) || performance.now() > deadline)
        throw new Error(`PgBouncer does not start, see ${logFile}:\n${logTail(logFile)}`);
      await sleep(10);
    }
  }
  async function kill(): Promise<void> {
    if (pid === undefined) return;
    sendSignal(pid, 'SIGKILL');
    await waitForExit(pid, STOP_MS_MAX);
    pid = undefined;
  }
  process.once('exit', () => pid !== undefined && sendSignal(pid, 'SIGKILL'));
  await start();
  return {
    url: url.href,
    kill,
    start,
    async remove() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function configuration(
  databaseUrl: string,
  port: number,
  { mode, poolSize }: { mode: string; poolSize: number },
): string {
  const { hostname, port: to, username, password } = new URL(databaseUrl);
  const server = { host: hostname, port: to, user: username, password };
  const options = Object.entries(server).filter(([, value]) => value !== '');
  return `[databases]
* = ${options.map(([name, value]) => `${name}=${decodeURIComponent(value)}`).join(' ')}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${poolSize}
`;
}
