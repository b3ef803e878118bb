import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_DIRECTORY } from '@razao/stack/paths.ts';
import { runStack } from '@razao/stack/run-stack.ts';
import type { Stack, StackOptions } from '@razao/stack/stack-options.ts';
import { Redis } from 'ioredis';
import { Client } from 'pg';

export const KEY = 'razao_dev_admin';

/** A whole stack of its own: Postgres, Redis, APIs and workers, and what a test needs to look at it from outside. */
export type World = { stack: Stack; close(): Promise<void> };

export type WorldOptions = {
  apis?: number;
  workers?: number;
  supervise?: boolean;
  timing?: NonNullable<StackOptions['timing']>;
  onEvent?: NonNullable<StackOptions['onEvent']>;
  env?: Record<string, string>;
  services?: NonNullable<StackOptions['services']>;
  entries?: NonNullable<StackOptions['entries']>;
};

/** Starts a stack in an empty folder; `name` must be the caller's alone. */
export async function openWorld(name: string, options: WorldOptions = {}): Promise<World> {
  const directory = join(TEST_DIRECTORY, `e2e-${name}`);
  rmSync(directory, { recursive: true, force: true });
  const stack = await runStack({
    directory,
    ports: 'free',
    ...options,
    env: { RAZAO_DEV_KEY: KEY, LOG_LEVEL: 'info', ...options.env },
  });
  return {
    stack,
    async close() {
      await stack.stop();
      if (process.env['RAZAO_KEEP']) return;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A connection to the stack's Postgres for one use. */
export async function withSql<T>(
  stack: Pick<Stack, 'databaseUrl'>,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString: stack.databaseUrl });
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** A connection to the stack's Redis for one use. */
export async function withRedis<T>(
  stack: Pick<Stack, 'redisUrl'>,
  use: (redis: Redis) => Promise<T>,
): Promise<T> {
  const redis = new Redis(stack.redisUrl);
  redis.on('error', () => {});
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
