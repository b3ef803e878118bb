import { QUEUE_NAME } from '@razao/shared/queue/chunk-queue.ts';
import { scanKeys } from '@razao/shared/runtime/scan-keys.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from '@razao/stack/test/until.ts';
import type { Redis } from 'ioredis';
import { withRedis } from '../../support/open-world.ts';

type Stores = Pick<Stack, 'redisUrl'>;

/** The beginning of every queue's keys, whatever they are named by. It looks at every key: once is enough for a while. */
export async function findQueues(redis: Redis): Promise<string[]> {
  const keys = await scan(redis, `*:${QUEUE_NAME}:*`);
  const parts = /^(.*:)(?:meta|wait|active|failed|marker)$/;
  return [...new Set(keys.flatMap((key) => parts.exec(key)?.[1] ?? []))];
}

/** The ids of all chunks of these queues that wait or are being worked on. */
export async function queuedChunks(redis: Redis, queues: readonly string[]): Promise<Set<string>> {
  const lists = queues.flatMap((queue) => [`${queue}wait`, `${queue}active`]);
  const ids = await Promise.all(lists.map((key) => redis.lrange(key, 0, -1)));
  return new Set(ids.flat());
}

/** Waits until no chunk is waiting or active, in any shard. */
export async function untilDrained(
  stack: Stores,
  { msMax = 60_000, signal }: { msMax?: number; signal?: AbortSignal } = {},
): Promise<void> {
  await withRedis(stack, async (redis) => {
    const queues = await findQueues(redis);
    const empty = async () => (await queuedChunks(redis, queues)).size === 0;
    await until('the queue is empty', empty, msMax, signal);
  });
}

/** Chunks where none may ever be: failed, or set aside. */
export async function strayChunks(stack: Stores): Promise<string[]> {
  return await withRedis(stack, async (redis) => {
    const found: string[] = [];
    for (const queue of await findQueues(redis)) {
      const key = `${queue}failed`;
      for (const id of await redis.zrange(key, 0, '-1'))
        found.push(`chunk: ${id} is failed (${key})`);
    }
    for (const key of await scan(redis, '*:aside'))
      for (const id of await redis.hkeys(key)) found.push(`chunk: ${id} is set aside (${key})`);
    return found;
  });
}

/** Every key that matches. */
export async function scan(redis: Redis, pattern: string): Promise<string[]> {
  const keys = new Set<string>();
  for await (const some of scanKeys(redis, pattern)) for (const key of some) keys.add(key);
  return [...keys];
}
