import { join } from 'node:path';
import { ROOT } from '@razao/stack/paths.ts';
import { freePort } from '@razao/stack/ports.ts';
import type { ManagedProcess } from '@razao/stack/processes/process-spec.ts';
import { apiSpec, workerSpec } from '@razao/stack/processes/stack-specs.ts';
import { SupervisedProcess } from '@razao/stack/supervise.ts';
import { openTcpProxy, type TcpProxy } from '@razao/stack/test/tcp-proxy.ts';
import type { Env } from './crash-stack.ts';

/** An API or a worker with its ways to the stores. */
export type CrashProcess = {
  kind: 'api' | 'worker';
  managed: ManagedProcess;
  ways: { redis: TcpProxy; postgres: TcpProxy };
  setEnv(env: Env): void;
  /** Closes the ways. */
  close(): Promise<void>;
};

export type ProcessOptions = {
  directory: string;
  /** Where the stores are. */
  urls: { databaseUrl: string; redisUrl: string };
  env: Record<string, string>;
};

/** A process that is not started yet, the `index`th of its kind. */
export async function buildProcess(
  kind: CrashProcess['kind'],
  index: number,
  { directory, urls, env }: ProcessOptions,
): Promise<CrashProcess> {
  const [postgres, redis] = await Promise.all([
    openTcpProxy(urls.databaseUrl),
    openTcpProxy(urls.redisUrl),
  ]);
  const spec = (kind === 'api' ? apiSpec : workerSpec)({
    entry: join(ROOT, kind, 'src/main.ts'),
    index,
    port: await freePort(),
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    directory,
    env,
  });
  return {
    kind,
    managed: new SupervisedProcess(spec, { restart: false }),
    ways: { redis, postgres },
    setEnv(changes) {
      // The supervisor reads it at each start.
      for (const [name, value] of Object.entries(changes)) {
        if (value === undefined) delete spec.env[name];
        else spec.env[name] = value;
      }
    },
    async close() {
      await Promise.all([postgres.close(), redis.close()]);
    },
  };
}
