import { QUEUE_NAME } from '@razao/shared/queue/chunk-queue.ts';
import { readKeys } from '@razao/shared/runtime/bond.ts';
import { asideKey, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { withRedis } from '../../support/open-world.ts';
import { until } from '../../support/poll.ts';

/** Waits until no chunk is waiting or active, in any shard. */
export async function untilDrained(stack: Stack, shards: number): Promise<void> {
  await withRedis(stack, (redis) =>
    until(
      'the queue is empty',
      async () => {
        const places = await readKeys(redis, shards);
        const lists = eachShard(places, 'wait').concat(eachShard(places, 'active'));
        const lengths = await Promise.all(lists.map((key) => redis.llen(key)));
        return lengths.every((length) => length === 0);
      },
      60_000,
    ),
  );
}

/** Chunks where none may ever be: failed, or set aside. */
export async function strayChunks(stack: Stack, shards: number): Promise<string[]> {
  return await withRedis(stack, async (redis) => {
    const places = await readKeys(redis, shards);
    const failed = eachShard(places, 'failed').map((key) => redis.zrange(key, 0, '-1'));
    const aside = places.map((place) => redis.hkeys(asideKey(place)));
    const ids = (found: string[][], state: string) =>
      found.flatMap((chunks, shard) =>
        chunks.map((id) => `chunk: ${id} of shard ${shard} is ${state}`),
      );
    return [...ids(await Promise.all(failed), 'failed'), ...ids(await Promise.all(aside), 'aside')];
  });
}

function eachShard(places: readonly ShardKeys[], state: string): string[] {
  return places.map(({ tag }) => `${tag}:${QUEUE_NAME}:${state}`);
}
