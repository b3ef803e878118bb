export type Config = {
  /** Bearer key of every request. */
  key: string;
  /** Where to look from outside when `--url` names a server that `npm start` did not start here. */
  databaseUrl: string | null;
  redisUrl: string | null;
};

/** The load test's environment: `RAZAO_KEY`, `DATABASE_URL`, `REDIS_URL`; empty counts as not set. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  return {
    key: env['RAZAO_KEY'] || 'razao_dev_admin',
    databaseUrl: env['DATABASE_URL'] || null,
    redisUrl: env['REDIS_URL'] || null,
  };
}
