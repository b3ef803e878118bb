import { type Chunk, ChunkConsumer } from '@razao/shared/queue/chunk-consumer.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import { createLog } from '@razao/shared/runtime/log.ts';
import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { startBatch } from '@razao/worker/commit/join-chunks.ts';

/**
 * Takes `count` chunks out of a shard's queue as the committer does, with nothing to commit: the ones before are completed
 * while the next are fetched. Returns the chunks' ids in the order in which they came, and how many commands they held.
 */
export async function drainByConsumer(redisUrl: string, keys: ShardKeys, count: number) {
  const [redis, blocking] = [openPatientRedis(redisUrl), openPatientRedis(redisUrl)];
  const log = createLog('measure', 'silent');
  const consumer = new ChunkConsumer({
    keys,
    owner: 'measure',
    redis,
    blocking,
    mayFetch: () => true,
    log,
  });
  const ids: string[] = [];
  let commands = 0;
  let completing = Promise.resolve();
  while (ids.length < count) {
    const chunks: Chunk[] = await consumer.take(startBatch());
    for (const chunk of chunks) {
      ids.push(chunk.id);
      commands += chunk.commands?.length ?? 0;
    }
    await completing;
    completing = consumer.complete(chunks);
  }
  await completing;
  blocking.disconnect();
  await consumer.stop({ giveBack: true });
  redis.disconnect();
  return { ids, commands };
}
