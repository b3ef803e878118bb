import { join } from 'node:path';
import { TEST_DIRECTORY } from '@razao/stack/paths.ts';
import { buildProcesses } from '@razao/stack/processes/build-processes.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { openTcpProxy, type TcpProxy } from '@razao/stack/test/tcp-proxy.ts';
import { KEY } from './open-world.ts';

/** A worker that reaches Postgres and Redis through proxies of its own. */
export type WorkerBehindProxies = {
  worker: Stack['workers'][number];
  postgres: TcpProxy;
  redis: TcpProxy;
  close(): Promise<void>;
};

/** Adds such a worker to a stack. */
export async function addWorkerBehindProxies(stack: Stack): Promise<WorkerBehindProxies> {
  const [postgres, redis] = await Promise.all([
    openTcpProxy(stack.databaseUrl),
    openTcpProxy(stack.redisUrl),
  ]);
  const directory = join(TEST_DIRECTORY, `e2e-proxied-${process.pid}`);
  const options = { directory, ports: 'free', env: { RAZAO_DEV_KEY: KEY } } as const;
  const urls = { databaseUrl: postgres.url, redisUrl: redis.url };
  const [worker] = await buildProcesses('worker', options, urls);
  if (!worker) throw new Error('no worker was built');
  await worker.start();
  stack.workers.push(worker);
  return {
    worker,
    postgres,
    redis,
    async close() {
      stack.workers.splice(stack.workers.indexOf(worker), 1);
      postgres.resume();
      redis.resume();
      await worker.stop();
      await Promise.all([postgres.close(), redis.close()]);
    },
  };
}
