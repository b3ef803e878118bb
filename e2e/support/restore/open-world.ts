import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, TEST_DIRECTORY } from '@razao/stack/paths.ts';
import { freePort } from '@razao/stack/ports.ts';
import { runStack } from '@razao/stack/run-stack.ts';
import { openLocalPostgres } from '@razao/stack/services/local-postgres.ts';
import { openLocalRedis } from '@razao/stack/services/local-redis.ts';
import { postgresPlace } from '@razao/stack/services/postgres-place.ts';
import { redisBinary } from '@razao/stack/services/redis-binary.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { KEY } from '../open-world.ts';
import { type Fence, readFences } from './section.ts';

/** A stack whose stores are backed up as OPERATIONS.md says, and what an operator does there. */
export type RestoreWorld = {
  stack: Stack;
  /** The data folder of Redis. */
  redisData: string;
  /** Runs the commands below these bold words; `nth` where there are several blocks, from 0. */
  run(label: string, nth?: number): Promise<string>;
  /** The instant for `$INSTANT`. */
  aimAt(instant: string): void;
  /** The blocks of commands that nobody has run yet. */
  untried(): Fence[];
  /** Deletes the data folders that were moved out of the way. */
  tidy(): void;
  close(): Promise<void>;
};

export async function openRestoreWorld(name: string): Promise<RestoreWorld> {
  const directory = join(TEST_DIRECTORY, `e2e-${name}`);
  const place = postgresPlace(join(directory, 'data/postgres'));
  const backup = `${place.data}-backup`;
  const redisData = join(directory, 'data/redis');
  const tidy = () => {
    for (const name of globSync(`${place.data}.[0-9]*`)) rmSync(name, { recursive: true });
  };
  const clear = () => {
    tidy();
    for (const path of [directory, place.data, backup])
      rmSync(path, { recursive: true, force: true });
  };
  clear();
  for (const path of [backup, join(backup, 'wal')]) {
    mkdirSync(path, { recursive: true });
    if (place.user) chownSync(path, place.user.uid, place.user.gid);
  }
  const fences = readFences();
  const [postgres, redis] = await openStores(directory, settingsOf(fences, backup));
  const stack = await runStack({
    directory,
    ports: 'free',
    services: { postgres, redis },
    env: { RAZAO_DEV_KEY: KEY, LOG_LEVEL: 'info' },
  });
  const shell = openShell({
    DATABASE_URL: stack.databaseUrl,
    REDIS_URL: stack.redisUrl,
    PGDATA: place.data,
    REDIS_DATA: redisData,
    BACKUP: backup,
    PATH: `${standIns(directory)}${delimiter}${process.env['PATH']}`,
  });
  const tried = new Set<Fence>();
  return {
    stack,
    redisData,
    aimAt: (instant) => shell.set('INSTANT', instant),
    async run(label, nth = 0) {
      const fence = fences.filter((one) => one.label === label && one.language === 'sh')[nth];
      if (!fence) throw new Error(`OPERATIONS.md has no commands below "${label}"`);
      tried.add(fence);
      const said = await shell.run(fence.text);
      // An operator does this as the user of Postgres, a test perhaps as root.
      if (place.user && existsSync(place.data))
        execFileSync('chown', ['-R', `${place.user.uid}:${place.user.gid}`, place.data]);
      return said;
    },
    untried: () => fences.filter((fence) => fence.language === 'sh' && !tried.has(fence)),
    tidy,
    async close() {
      await stack.stop();
      await Promise.all([postgres.stop(), redis.stop()]);
      if (!process.env['RAZAO_KEEP']) clear();
    },
  };
}

function openStores(directory: string, settings: Record<string, string>) {
  return Promise.all([
    freePort().then((port) =>
      openLocalPostgres({
        directory: join(directory, 'data/postgres'),
        logFile: join(directory, 'logs/postgres.log'),
        port,
        settings,
      }),
    ),
    freePort().then((port) =>
      openLocalRedis({
        binary: redisBinary(),
        directory: join(directory, 'data/redis'),
        logFile: join(directory, 'logs/redis.log'),
        port,
      }),
    ),
  ]);
}

/** The settings that the document asks for, as it writes them. */
function settingsOf(fences: readonly Fence[], backup: string): Record<string, string> {
  const lines = fences
    .filter(({ language }) => language === 'conf')
    .flatMap(({ text }) => text.trim().split('\n'));
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', value = ''] = /^(\w+) = (.*)$/.exec(line) ?? [];
      return [name, value.replace(/^'(.*)'$/, '$1').replaceAll('$BACKUP', backup)];
    }),
  );
}

/** A folder of programs that the document names and a test machine may lack. */
function standIns(directory: string): string {
  const folder = join(directory, 'bin');
  const program = join(import.meta.dirname, 'base-backup.ts');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'pg_basebackup'),
    `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`,
    { mode: 0o755 },
  );
  return folder;
}

function openShell(variables: Record<string, string>) {
  const env: NodeJS.ProcessEnv = { ...process.env, ...variables };
  return {
    set(name: string, value: string): void {
      env[name] = value;
    },
    async run(text: string): Promise<string> {
      const options = { cwd: ROOT, env, timeout: 60_000 };
      const { stdout } = await promisify(execFile)('bash', ['-euc', text], options);
      return stdout;
    },
  };
}
