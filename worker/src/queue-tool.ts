import { once } from 'node:events';
import { readAside, retryAside } from '@razao/shared/queue/aside.ts';
import { openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { readDepth } from '@razao/shared/queue/depth.ts';
import { resumeShard, stoppedSince } from '@razao/shared/queue/stop-mark.ts';
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
    const stopped = await stoppedSince(redis, shard);
    if (stopped !== null) console.log(`  stopped since ${stopped}`);
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

async function answers(redis: Redis): Promise<void> {
  try {
    await once(redis, 'ready', { signal: AbortSignal.timeout(3_000) });
  } catch (cause) {
    const mend = 'npm start brings up a Redis; REDIS_URL names another';
    throw new Error(`Redis does not answer\n${mend}`, { cause });
  }
}

/** `npm run queue -- resume <shard>`: lets a shard go on that stopped for a person to look. */
async function resume(redis: Redis, shards: number, shard: string): Promise<void> {
  const number = /^\d{1,3}$/.test(shard) ? Number(shard) : Number.NaN;
  if (!(number < shards) || !(await resumeShard(redis, number)))
    throw new Error(`shard ${shard} is not stopped; npm run queue lists those that are`);
  console.log(`shard ${shard} goes on`);
}

const ACTIONS = { retry, resume };
const USAGE = `npm run queue                    shows the queues
npm run queue -- retry <chunk>   puts a chunk that was set aside back into its queue
npm run queue -- resume <shard>  lets a shard that was stopped go on`;

try {
  const [name, subject, ...more] = process.argv.slice(2);
  const action = name === 'retry' || name === 'resume' ? ACTIONS[name] : null;
  if (more.length > 0 || (name !== undefined && !(action && subject))) throw new Error(USAGE);
  const { REDIS_URL, SHARDS } = readQueueToolConfig();
  const redis = openFailFastRedis(REDIS_URL);
  try {
    await answers(redis);
    await (action && subject ? action(redis, SHARDS, subject) : showQueues(redis, SHARDS));
  } finally {
    redis.disconnect();
  }
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
