import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { RAZAO_DIRECTORY } from '@razao/stack/paths.ts';
import { freePort } from '@razao/stack/ports.ts';
import { runStack } from '@razao/stack/run-stack.ts';
import { provideRedis } from '@razao/stack/services/provide.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { lockLoad } from './lock-load.ts';
import type { Target } from './target.ts';

const DIRECTORY = join(RAZAO_DIRECTORY, 'load');

export type OwnStackOptions = {
  /** The Bearer key that the API accepts. */
  key: string;
  /** Gets a line for each step. */
  say(line: string): void;
  /** Ends a start that is under way. */
  signal: AbortSignal;
};

/**
 * Brings up services, an API and a worker for this load test alone, on free ports, with an empty database and an empty
 * Redis.
 */
export async function openOwnStack({ key, say, signal }: OwnStackOptions): Promise<Target> {
  const unlock = lockLoad(join(DIRECTORY, 'lock.pid'));
  try {
    await emptyRedis();
    const stack = await runStack({
      directory: DIRECTORY,
      ports: 'free',
      database: 'razao_load',
      env: { RAZAO_DEV_KEY: key },
      say,
      signal,
    });
    return fromStack(stack, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * What an earlier load test left in Redis would pass for ours: ledgers have the same numbers in every new database. A server
 * that it left running, because it was killed, is stopped first.
 */
async function emptyRedis(): Promise<void> {
  const redis = await provideRedis({ directory: DIRECTORY, port: await freePort() });
  await redis.stop();
  rmSync(join(DIRECTORY, 'data/redis'), { recursive: true, force: true });
}

function fromStack(stack: Stack, unlock: () => void): Target {
  const { apiUrls, databaseUrl, redisUrl, services, processes } = stack;
  const apiUrl = apiUrls[0];
  if (apiUrl === undefined) {
    throw new Error('the stack runs no API');
  }
  const all = [...processes, services.postgres, services.redis];
  return {
    what: 'a stack of its own',
    apiUrl,
    databaseUrl,
    redisUrl,
    processes: () =>
      all.flatMap(({ name, pid }) => (pid === null ? [] : [{ name, pid, withDescendants: true }])),
    async stop() {
      await stack.stop();
      unlock();
    },
  };
}
