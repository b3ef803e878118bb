import { once } from 'node:events';
import { readAside, retryAside } from '@razao/shared/queue/aside.ts';
import { openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { readDepth } from '@razao/shared/queue/depth.ts';
import { openFailFastRedis } from '@razao/shared/runtime/redis.ts';
import type { Redis } from 'ioredis';
import { readQueueToolConfig } from './config.ts';

/** `npm run queue`: what waits in each shard's queue, how old it is, and what was set aside. Changes nothing. */
async function showQueues(redis: Redis, shards: number): Promise<void> {
  console.log('shard  waiting  active  failed   aside  oldest');
  for (let shard = 0; shard < shards; shard++) {
    const queue = openChunkQueue(redis, shard);
    const { waiting, active, failed, oldestMs } = await readDepth(redis, queue);
    const aside = await readAside(redis, shard);
    const counts = [waiting, active, failed, aside.length].map((n) => String(n).padStart(6));
    const age = `${(oldestMs / 1_000).toFixed(1)} s`;
    console.log(`${String(shard).padStart(5)}   ${counts.join('  ')}  ${age}`);
    for (const { id, reason, since } of aside)
      console.log(`  aside ${id} since ${since}: ${reason}`);
    const failures = await redis.zrange(queue.toKey('failed'), '0', '9');
    for (const id of failures) console.log(`  failed ${id}`);
    await queue.close();
  }
}

/** `npm run queue -- retry <chunk>`: puts a chunk that was set aside at the back of its queue. */
async function retry(redis: Redis, shards: number, chunkId: string): Promise<void> {
  for (let shard = 0; shard < shards; shard++) {
    if (!(await retryAside(redis, shard, chunkId))) continue;
    console.log(`${chunkId} is back in the queue of shard ${shard}`);
    return;
  }
  throw new Error(`no chunk ${chunkId} was set aside; npm run queue lists those that were`);
}

const USAGE =
  'npm run queue shows the queues; npm run queue -- retry <chunk> retries a chunk that was set aside';

try {
  const [action, chunkId, ...more] = process.argv.slice(2);
  if (more.length > 0 || (action !== undefined && (action !== 'retry' || !chunkId)))
    throw new Error(USAGE);
  const { REDIS_URL, SHARDS } = readQueueToolConfig();
  const redis = openFailFastRedis(REDIS_URL);
  try {
    await once(redis, 'ready', { signal: AbortSignal.timeout(3_000) });
    await (chunkId ? retry(redis, SHARDS, chunkId) : showQueues(redis, SHARDS));
  } finally {
    redis.disconnect();
  }
} catch (error) {
  const silent = (error as Error).name === 'AbortError';
  console.error(
    silent
      ? 'Redis does not answer\nnpm start brings up a Redis; REDIS_URL names another'
      : (error as Error).message,
  );
  process.exit(1);
}
