import { once } from 'node:events';
import { openFailFastRedis } from '@razao/shared/runtime/redis.ts';
import type { Redis } from 'ioredis';
import { Client } from 'pg';

const CONNECT_MS_MAX = 3_000;

export type Stores = { client: Client; redis: Redis };

/** Runs an operator's command on both stores. Throws, and says what to do, where one does not answer. */
export async function withStores<T>(
  urls: { DATABASE_URL: string; REDIS_URL: string },
  work: (stores: Stores) => Promise<T>,
): Promise<T> {
  const client = new Client({
    connectionString: urls.DATABASE_URL,
    application_name: 'razao operator',
    connectionTimeoutMillis: CONNECT_MS_MAX,
  });
  client.on('error', () => {});
  const redis = openFailFastRedis(urls.REDIS_URL);
  try {
    await once(redis, 'ready', { signal: AbortSignal.timeout(CONNECT_MS_MAX) }).catch((cause) => {
      throw new Error('Redis does not answer: REDIS_URL names it', { cause });
    });
    await client.connect().catch((cause) => {
      throw new Error('Postgres does not answer: DATABASE_URL names it', { cause });
    });
    return await work({ client, redis });
  } finally {
    redis.disconnect();
    client.connection.stream.destroy();
  }
}
