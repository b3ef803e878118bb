import { join } from 'node:path';
import { composeAnswers, openComposeService } from './compose.ts';
import { openExternalService } from './external.ts';
import { openLocalPostgres } from './local-postgres.ts';
import { openLocalRedis } from './local-redis.ts';
import { redisBinary } from './redis-binary.ts';
import type { Service } from './service.ts';

export type ProvideOptions = {
  /** Holds data/ and logs/ of local processes. */
  directory: string;
  port: number;
  /** A URL from the environment and the variable's name; it wins over everything else. */
  given?: { variable: string; url: string | undefined };
  /** Whether a Docker engine may be used; tests kill processes and so want local ones. */
  docker?: boolean;
  say?: (line: string) => void;
};

/** Postgres from the environment, else from Docker, else as a local process. */
export async function providePostgres(options: ProvideOptions): Promise<Service> {
  const { directory, port, given, docker = false } = options;
  if (given?.url) {
    return await openExternalService('postgres', given.variable, given.url);
  }
  if (docker && (await composeAnswers())) {
    return await openComposeService('postgres', `postgres://razao:razao@127.0.0.1:${port}/razao`, {
      POSTGRES_PORT: String(port),
    });
  }
  return await openLocalPostgres({
    directory: join(directory, 'data/postgres'),
    logFile: join(directory, 'logs/postgres.log'),
    port,
  });
}

/** Redis from the environment, else from Docker, else as a local process. */
export async function provideRedis(options: ProvideOptions): Promise<Service> {
  const { directory, port, given, docker = false, say } = options;
  if (given?.url) {
    return await openExternalService('redis', given.variable, given.url);
  }
  if (docker && (await composeAnswers())) {
    return await openComposeService('redis', `redis://127.0.0.1:${port}`, {
      REDIS_PORT: String(port),
    });
  }
  return await openLocalRedis({
    binary: redisBinary(say),
    directory: join(directory, 'data/redis'),
    logFile: join(directory, 'logs/redis.log'),
    port,
  });
}
