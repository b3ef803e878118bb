import { type RunFile, readRun } from '@razao/stack/run-file.ts';
import type { Config } from '../config.ts';
import type { Options } from '../parse-options.ts';
import { openOwnStack } from './own-stack.ts';
import type { Target, WatchedProcess } from './target.ts';

/**
 * What to put under load: the API at `url` if one is named, else that of a running `npm start` unless `own`, else a stack of its own.
 * `say` gets a line for each step of bringing that up.
 */
export async function findTarget(
  { url, own }: Pick<Options, 'url' | 'own'>,
  config: Config,
  say: (line: string) => void,
): Promise<Target> {
  const run = own ? null : readRun();
  if (run !== null && (url === null || url === new URL(run.apiUrl).origin)) {
    return fromRunFile(run);
  }
  return url === null ? await openOwnStack(config.key, say) : fromUrl(url, config);
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
  return { what: apiUrl, apiUrl, databaseUrl, redisUrl, processes, stop: async () => {} };
}

/** Services in a container or on another machine have no pid here and are not watched. */
function watched({ processes, services }: RunFile): WatchedProcess[] {
  return [...processes, ...services].flatMap(({ name, pid }) =>
    pid === null ? [] : [{ name, pid, withDescendants: true }],
  );
}
