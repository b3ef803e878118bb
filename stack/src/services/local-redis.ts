import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntilFree } from '../ports.ts';
import { commandLine, isAlive } from '../processes/alive.ts';
import { launchDetached, logTail } from '../processes/launch.ts';
import { askRedis } from './ask-redis.ts';
import { openLocalService } from './local-service.ts';
import { type Service, SetupError } from './service.ts';

const START_TIMEOUT_MS = 60_000;

export type LocalRedisOptions = {
  binary: string;
  /** Data folder; it survives a restart. */
  directory: string;
  logFile: string;
  port: number;
  maxMemory?: string;
  /** Settings of its own, over those below. */
  settings?: Record<string, string>;
};

/** Runs Redis as a local process with the settings that make an accepted write durable, or adopts the one on this data. */
export async function openLocalRedis(options: LocalRedisOptions): Promise<Service> {
  mkdirSync(options.directory, { recursive: true });
  const running = readRunning(options.directory);
  const port = running?.port ?? options.port;
  return await openLocalService({
    name: 'redis',
    url: `redis://127.0.0.1:${port}`,
    where: options.directory,
    stopSignal: 'SIGTERM',
    runningPid: () => readRunning(options.directory)?.pid ?? null,
    launch: () => launch({ ...options, port }),
  });
}

async function launch(options: LocalRedisOptions): Promise<number> {
  const { binary, directory, logFile, port } = options;
  if (!(await waitUntilFree(port))) {
    throw new SetupError(
      `port ${port}, wanted for Redis, is taken by another program: stop it, or set REDIS_PORT`,
    );
  }
  const pid = launchDetached({ command: binary, args: settings(options), logFile, cwd: directory });
  writeFileSync(runningFile(directory), JSON.stringify({ pid, port }));
  const deadline = performance.now() + START_TIMEOUT_MS;
  // While it loads its append-only file it answers "-LOADING".
  while (!(await askRedis(port, 'PING')).startsWith('+PONG')) {
    if (!isAlive(pid) || performance.now() > deadline) {
      throw new SetupError(`Redis does not start, see ${logFile}:\n${logTail(logFile)}`);
    }
    await sleep(10);
  }
  return pid;
}

function settings({
  directory,
  port,
  maxMemory = '2gb',
  settings: own,
}: LocalRedisOptions): string[] {
  const values = {
    port: String(port),
    bind: '127.0.0.1',
    'protected-mode': 'yes',
    dir: directory,
    // Every write is on the disk before it is answered: an accepted command must survive a power cut.
    appendonly: 'yes',
    appendfsync: 'always',
    'no-appendfsync-on-rewrite': 'no',
    // A queue writes and deletes all day: with the default of 64 MB the file would be rewritten every minute under load.
    'auto-aof-rewrite-min-size': '512mb',
    // Snapshots would only repeat what the append-only file holds.
    save: '',
    // A full Redis refuses writes; it never drops a queued command.
    maxmemory: maxMemory,
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    ...own,
  };
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
}

function runningFile(directory: string): string {
  return join(directory, 'running.json');
}

/** Our Redis on this data, if it still runs. A pid that now belongs to another program does not count. */
function readRunning(directory: string): { pid: number; port: number } | null {
  try {
    const running = JSON.parse(readFileSync(runningFile(directory), 'utf8'));
    const command = commandLine(running.pid);
    const ours = /(redis|valkey)-server/.test(command) && command.includes(`:${running.port}`);
    return ours && isAlive(running.pid) ? running : null;
  } catch {
    return null;
  }
}
