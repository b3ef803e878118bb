import { START_PORTS } from './ports.ts';
import { SetupError } from './services/service.ts';

export type StartConfig = {
  apiPort: number;
  workerPort: number;
  apis: number;
  workers: number;
  /** Where Postgres and Redis listen when they are ours. */
  postgresPort: number;
  redisPort: number;
  host: string;
  /** Print every log line of the processes, not only warnings. */
  verbose: boolean;
  /** Bring up Postgres and Redis, and nothing that works on them. */
  storesOnly: boolean;
};

const PROCESSES_MAX = 16;

/** Reads what `npm start` lets a user choose. */
export function readStartConfig(env: NodeJS.ProcessEnv, args: string[]): StartConfig {
  const storesOnly = args.includes('--stores');
  const count = (name: string) => (storesOnly ? 0 : whole(env, name, 1, PROCESSES_MAX));
  return {
    apiPort: whole(env, 'PORT', START_PORTS.api, 65_535),
    workerPort: whole(env, 'WORKER_PORT', START_PORTS.worker, 65_535),
    apis: count('APIS'),
    workers: count('WORKERS'),
    postgresPort: whole(env, 'POSTGRES_PORT', START_PORTS.postgres, 65_535),
    redisPort: whole(env, 'REDIS_PORT', START_PORTS.redis, 65_535),
    host: env['HOST'] || '127.0.0.1',
    verbose: args.includes('--verbose'),
    storesOnly,
  };
}

function whole(env: NodeJS.ProcessEnv, name: string, byDefault: number, max: number): number {
  const text = env[name];
  if (!text) {
    return byDefault;
  }
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new SetupError(`${name}=${text} must be a whole number from 1 to ${max}`);
  }
  return value;
}
