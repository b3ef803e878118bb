import { once } from 'node:events';
import { readAside, retryAside } from '@razao/shared/queue/aside.ts';
import { openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { readDepth } from '@razao/shared/queue/depth.ts';
import { resumeShard, stoppedSince } from '@razao/shared/queue/stop-mark.ts';
import { readKeys } from '@razao/shared/runtime/bond.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import { openFailFastRedis } from '@razao/shared/runtime/redis.ts';
import type { Redis } from 'ioredis';
import { readQueueToolConfig } from './config.ts';

/** `npm run queue`: what waits in each shard's queue, how old it is, and what was set aside. Changes nothing. */
async function showQueues(redis: Redis, shards: readonly ShardKeys[]): Promise<void> {
  console.log('shard  waiting  active  failed   aside  oldest');
  for (const keys of shards) {
    const { shard } = keys;
    const queue = openChunkQueue(redis, keys);
    const { waiting, active, failed, oldestMs } = await readDepth(redis, queue);
    const aside = await readAside(redis, keys);
    const counts = [waiting, active, failed, aside.length].map((n) => String(n).padStart(6));
    const age = `${(oldestMs / 1_000).toFixed(1)} s`;
    console.log(`${String(shard).padStart(5)}   ${counts.join('  ')}  ${age}`);
    const stopped = await stoppedSince(redis, keys);
    if (stopped !== null) console.log(`  stopped since ${stopped}`);
    for (const { id, reason, since } of aside)
      console.log(`  aside ${id} since ${since}: ${reason}`);
    const failures = await redis.zrange(queue.toKey('failed'), '0', '9');
    for (const id of failures) console.log(`  failed ${id}`);
    await queue.close();
  }
}

/** `npm run queue -- retry <chunk>`: puts a chunk that was set aside at the back of its queue. */
async function retry(redis: Redis, shards: readonly ShardKeys[], chunkId: string): Promise<void> {
  for (const keys of shards) {
    if (!(await retryAside(redis, keys, chunkId))) continue;
    console.log(`${chunkId} is back in the queue of shard ${keys.shard}`);
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
async function resume(redis: Redis, shards: readonly ShardKeys[], shard: string): Promise<void> {
  const keys = /^\d{1,3}$/.test(shard) ? shards[Number(shard)] : undefined;
  if (!keys || !(await resumeShard(redis, keys)))
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
    const shards = await readKeys(redis, SHARDS);
    await (action && subject ? action(redis, shards, subject) : showQueues(redis, shards));
  } finally {
    redis.disconnect();
  }
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
