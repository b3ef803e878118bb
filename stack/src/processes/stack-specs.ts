import { join } from 'node:path';
import { RAZAO_DIRECTORY } from '../paths.ts';
import type { ProcessSpec } from './process-spec.ts';

export type SpecInput = {
  entry: string;
  index: number;
  port: number;
  databaseUrl: string;
  redisUrl: string;
  directory: string;
  env: Record<string, string>;
};

/** How an API process is run. */
export function apiSpec(input: SpecInput): ProcessSpec {
  return spec('api', input, { PORT: String(input.port), WORKER_PORT: '' });
}

/** How a worker process is run. */
export function workerSpec(input: SpecInput): ProcessSpec {
  return spec('worker', input, {
    PORT: '',
    WORKER_PORT: String(input.port),
    ROLES: process.env['ROLES'] || 'committer,indexer,housekeeping',
  });
}

function spec(kind: string, input: SpecInput, own: Record<string, string>): ProcessSpec {
  const name = input.index === 0 ? kind : `${kind}-${input.index + 1}`;
  const host = input.env['HOST'] || process.env['HOST'] || '127.0.0.1';
  const env = {
    // The other kind's port is blanked: it may come from our own environment.
    ...own,
    HOST: host,
    DATABASE_URL: input.databaseUrl,
    REDIS_URL: input.redisUrl,
    SHARDS: process.env['SHARDS'] || '4',
    RAZAO_DEV_KEY: process.env['RAZAO_DEV_KEY'] || 'razao_dev_admin',
    NODE_COMPILE_CACHE: join(RAZAO_DIRECTORY, 'compile-cache'),
    ...input.env,
  };
  // A process that listens everywhere is asked on loopback.
  const asked = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return {
    name,
    entry: input.entry,
    env,
    host: asked,
    port: input.port,
    logFile: join(input.directory, `logs/${name}.log`),
  };
}
