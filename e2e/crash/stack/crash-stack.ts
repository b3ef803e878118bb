import { join } from 'node:path';
import { migrate } from '@razao/sql/migrate.ts';
import { freePort } from '@razao/stack/ports.ts';
import type { ManagedProcess } from '@razao/stack/processes/process-spec.ts';
import { openLocalPostgres } from '@razao/stack/services/local-postgres.ts';
import type { Service } from '@razao/stack/services/service.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { createStopSteps } from '@razao/stack/stop-steps.ts';
import { type KillSwitch, killSwitchIn } from '../../support/kill-switch.ts';
import { KEY } from '../../support/open-world.ts';
import { buildProcess, type CrashProcess } from './processes.ts';
import { openRedises, type Redises } from './redises.ts';

export type Env = Record<string, string | undefined>;

/**
 * A stack whose processes each reach the stores by ways of their own, which can be disturbed. Its URLs and services lead there
 * directly, to whatever is the primary now.
 */
export type CrashStack = Stack & {
  readonly directory: string;
  /** How many shards there are now. */
  shards: number;
  readonly redises: Redises;
  /** Makes workers die of a command. */
  readonly poison: KillSwitch;
  /** The ways of a process to the stores. */
  waysOf(process: ManagedProcess): CrashProcess['ways'];
  /** Changes the environment of a process from its next start on; undefined takes a variable away. */
  setEnv(process: ManagedProcess, env: Env): void;
};

export type CrashStackOptions = {
  directory: string;
  apis: number;
  workers: number;
  shards: number;
  env: Record<string, string>;
  signal: AbortSignal;
  say(line: string): void;
};

/** Enough to bring a base backup that was taken some rounds ago to the end. */
const WAL_KEPT = '4GB';

/** Brings up stores, migrates, and starts the processes; resolves when all of them answer. */
export async function openCrashStack(options: CrashStackOptions): Promise<CrashStack> {
  const { directory, signal, say } = options;
  const steps = createStopSteps();
  const abort = () => void steps.run();
  signal.addEventListener('abort', abort);
  try {
    const redises = await openRedises(directory, say);
    steps.push(() => redises.stop());
    const postgres = await openLocalPostgres({
      directory: join(directory, 'data/postgres'),
      logFile: join(directory, 'logs/postgres.log'),
      port: await freePort(),
      settings: { wal_keep_size: WAL_KEPT },
    });
    steps.push(() => postgres.stop());
    say(`stores answer, data in ${directory}`);
    signal.throwIfAborted();
    await migrate(postgres.url);
    const poison = killSwitchIn(join(directory, 'kill-points'));
    const all = await buildAll(options, postgres, redises, poison);
    steps.push(() => closeWays(all));
    steps.push(() => stopAll(all, 'worker'));
    steps.push(() => stopAll(all, 'api'));
    signal.throwIfAborted();
    await Promise.all(all.map(({ managed }) => managed.start()));
    return describe(options, { postgres, redises, poison }, all, steps.run);
  } catch (error) {
    await steps.run();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function buildAll(
  { directory, apis, workers, shards, env }: CrashStackOptions,
  postgres: Service,
  redises: Redises,
  poison: KillSwitch,
): Promise<CrashProcess[]> {
  const urls = { databaseUrl: postgres.url, redisUrl: redises.primary.url };
  const all: CrashProcess[] = [];
  for (const [kind, count] of [
    ['api', apis],
    ['worker', workers],
  ] as const) {
    for (let index = 0; index < count; index++) {
      const own = { RAZAO_DEV_KEY: KEY, SHARDS: String(shards), LOG_LEVEL: 'info', ...env };
      const armed = kind === 'worker' ? { ...own, ...poison.env } : own;
      all.push(await buildProcess(kind, index, { directory, urls, env: armed }));
    }
  }
  return all;
}

async function stopAll(all: readonly CrashProcess[], kind: CrashProcess['kind']): Promise<void> {
  const those = all.filter((one) => one.kind === kind);
  await Promise.all(those.map(({ managed }) => managed.stop()));
}

async function closeWays(all: readonly CrashProcess[]): Promise<void> {
  await Promise.all(all.map(({ close }) => close()));
}

function describe(
  { directory, shards }: CrashStackOptions,
  { postgres, redises, poison }: { postgres: Service; redises: Redises; poison: KillSwitch },
  all: readonly CrashProcess[],
  stop: () => Promise<void>,
): CrashStack {
  const ofKind = (kind: CrashProcess['kind']) =>
    all.filter((one) => one.kind === kind).map(({ managed }) => managed);
  const apis = ofKind('api');
  const workers = ofKind('worker');
  const find = (process: ManagedProcess) => {
    const found = all.find(({ managed }) => managed === process);
    if (found === undefined) throw new Error(`${process.name} is not of this stack`);
    return found;
  };
  redises.onPrimary((url) => {
    for (const { ways } of all) ways.redis.retarget(url);
  });
  return {
    directory,
    shards,
    redises,
    poison,
    apis,
    workers,
    processes: [...apis, ...workers],
    apiUrls: apis.map(({ url }) => url),
    workerUrls: workers.map(({ url }) => url),
    databaseUrl: postgres.url,
    get redisUrl() {
      return redises.primary.url;
    },
    services: {
      postgres,
      get redis() {
        return redises.primary;
      },
    },
    waysOf: (process) => find(process).ways,
    setEnv: (process, env) => find(process).setEnv(env),
    stop,
  };
}
