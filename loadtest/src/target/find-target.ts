import { type RunFile, readRun } from '@razao/stack/run-file.ts';
import type { Config } from '../config.ts';
import type { Options } from '../parse-options.ts';
import { type OwnStackOptions, openOwnStack } from './own-stack.ts';
import type { Target, WatchedProcess } from './target.ts';

/**
 * What to put under load: the API at `url` if one is named, else that of a running `npm start` unless `own` is set, else a
 * stack of its own.
 */
export async function findTarget(
  { url, own }: Pick<Options, 'url' | 'own'>,
  config: Config,
  starting: Pick<OwnStackOptions, 'say' | 'signal'>,
): Promise<Target> {
  const run = own ? null : readRun();
  if (run !== null && (url === null || url === new URL(run.apiUrl).origin)) {
    return fromRunFile(run);
  }
  return url === null ? await openOwnStack({ key: config.key, ...starting }) : fromUrl(url, config);
}

function fromRunFile(run: RunFile): Target {
  return {
    what: 'the running npm start',
    apiUrl: new URL(run.apiUrl).origin,
    databaseUrl: run.databaseUrl,
    redisUrl: run.redisUrl,
    processes: () => watched(readRun() ?? run),
    stop: async () => {},
  };
}

function fromUrl(apiUrl: string, { databaseUrl, redisUrl }: Config): Target {
  if (databaseUrl === null || redisUrl === null) {
    throw new Error(
      `${apiUrl} is not the API of a running npm start: set DATABASE_URL and REDIS_URL to those it uses, to verify from outside`,
    );
  }
  const processes = (): WatchedProcess[] => [];
  return {
    what: 'the API that --url names',
    apiUrl,
    databaseUrl,
    redisUrl,
    processes,
    stop: async () => {},
  };
}

/** Services in a container or on another machine have no pid here and are not watched. */
function watched({ processes, services }: RunFile): WatchedProcess[] {
  return [...processes, ...services].flatMap(({ name, pid }) =>
    pid === null ? [] : [{ name, pid, withDescendants: true }],
  );
}
