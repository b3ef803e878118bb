import { once } from 'node:events';
import { readAside } from '@razao/shared/queue/aside.ts';
import { openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { readDepth } from '@razao/shared/queue/depth.ts';
import { openFailFastRedis } from '@razao/shared/runtime/redis.ts';
import { readQueueToolConfig } from './config.ts';

/** `npm run queue`: what waits in each shard's queue, how old it is, and what was set aside. Changes nothing. */
const config = readQueueToolConfig();
const redis = openFailFastRedis(config.REDIS_URL);
try {
  if (redis.status !== 'ready') await once(redis, 'ready', { signal: AbortSignal.timeout(3_000) });
} catch {
  console.error(
    `Redis does not answer at ${config.REDIS_URL}: start it with npm start, or set REDIS_URL`,
  );
  process.exit(1);
}

console.log('shard  waiting  active  failed  aside  oldest');
for (let shard = 0; shard < config.SHARDS; shard++) {
  const queue = openChunkQueue(redis, shard);
  const { waiting, active, failed, oldestMs } = await readDepth(redis, queue);
  const aside = await readAside(redis, shard);
  const cells = [waiting, active, failed, aside.length].map((count) => String(count).padStart(6));
  console.log(
    `${String(shard).padStart(5)}  ${cells.join('  ')}  ${(oldestMs / 1_000).toFixed(1)} s`,
  );
  for (const { id, reason, since } of aside)
    console.log(`       aside: ${id}, since ${since}: ${reason}`);
  for (const id of await redis.zrange(queue.toKey('failed'), '0', '9'))
    console.log(`       failed: ${id}`);
  await queue.close();
}
redis.disconnect();
