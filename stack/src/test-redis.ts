import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_DIRECTORY } from './paths.ts';
import { freePort } from './ports.ts';
import { openLocalRedis } from './services/local-redis.ts';
import { redisBinary } from './services/redis-binary.ts';
import type { Service } from './services/service.ts';

export type TestRedis = Service & {
  /** Stops it for good and deletes its data. */
  remove(): Promise<void>;
};

/**
 * A Redis of its own for one test file, on a free port, as durable as the real one; it can be killed and started again. With
 * `cluster` it is a node of a Redis Cluster.
 */
export async function startTestRedis({
  cluster = false,
  ...options
}: {
  maxMemory?: string;
  cluster?: boolean;
} = {}): Promise<TestRedis> {
  // Nodes talk at a port of their own, which is not always free where Redis would have it.
  const settings = cluster
    ? { 'cluster-enabled': 'yes', 'cluster-port': String(await freePort()) }
    : {};
  const port = await freePort();
  const directory = join(TEST_DIRECTORY, `redis-${port}`);
  rmSync(directory, { recursive: true, force: true });
  const service = await openLocalRedis({
    binary: redisBinary(),
    directory,
    logFile: join(directory, 'redis.log'),
    port,
    settings,
    ...options,
  });
  return {
    name: service.name,
    url: service.url,
    where: service.where,
    get pid() {
      return service.pid;
    },
    kill: service.kill,
    start: service.start,
    stop: service.stop,
    remove: async () => {
      await service.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
