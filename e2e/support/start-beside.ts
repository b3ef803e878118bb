import { join } from 'node:path';
import { TEST_DIRECTORY } from '@razao/stack/paths.ts';
import { buildProcesses } from '@razao/stack/processes/build-processes.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { openTcpProxy, type TcpProxy } from '@razao/stack/test/tcp-proxy.ts';
import { KEY } from './open-world.ts';

/** A process of a stack whose own clock is wrong, and which reaches Redis through a proxy of its own. */
export type Beside = {
  process: Stack['processes'][number];
  redis: TcpProxy;
  close(): Promise<void>;
};

/** Starts one more process of a stack, whose clock is ahead by `aheadMs`. */
export async function startBeside(
  stack: Stack,
  kind: 'api' | 'worker',
  aheadMs: number,
): Promise<Beside> {
  const redis = await openTcpProxy(stack.redisUrl);
  const directory = join(
    TEST_DIRECTORY,
    `e2e-beside-${process.pid}-${redis.url.split(':').at(-1)}`,
  );
  const options = { directory, ports: 'free', env: { RAZAO_DEV_KEY: KEY, ...setAhead(aheadMs) } };
  const urls = { databaseUrl: stack.databaseUrl, redisUrl: redis.url };
  const [beside] = await buildProcesses(kind, { ...options, ports: 'free' }, urls);
  if (!beside) throw new Error(`no ${kind} was built`);
  await beside.start();
  return {
    process: beside,
    redis,
    async close() {
      redis.delay({ to: 0, from: 0 });
      await beside.stop();
      await redis.close();
    },
  };
}

/** An environment in which Node's clock is ahead; its monotonic one is not. */
function setAhead(ms: number): Record<string, string> {
  const code = `const now = Date.now; Date.now = () => now() + ${ms};`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}
