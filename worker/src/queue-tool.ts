import { once } from 'node:events';
import { openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { readDeadLetters, retryDeadLetter } from '@razao/shared/queue/dead-letters.ts';
import { readDepth } from '@razao/shared/queue/depth.ts';
import { countDiscarded, discardDeadLetter } from '@razao/shared/queue/discard.ts';
import type { Moved } from '@razao/shared/queue/move-dead-letter.ts';
import { resumeShard, stoppedSince } from '@razao/shared/queue/stop-mark.ts';
import { readKeys } from '@razao/shared/runtime/bond.ts';
import type { ShardKeys } from '@razao/shared/runtime/keys.ts';
import { createLog } from '@razao/shared/runtime/log.ts';
import { openFailFastRedis } from '@razao/shared/runtime/redis.ts';
import type { Redis } from 'ioredis';
import { readQueueToolConfig } from './config.ts';
import { operatorName } from './operator-name.ts';

/** `npm run queue`: what waits in each shard's queue, how old it is, and what was set aside. Changes nothing. */
async function showQueues(redis: Redis, shards: readonly ShardKeys[]): Promise<void> {
  console.log('shard  waiting  active  failed   aside  discarded  oldest');
  for (const keys of shards) {
    const { shard } = keys;
    const queue = openChunkQueue(redis, keys);
    const { waiting, active, failed, oldestMs } = await readDepth(redis, queue);
    const aside = await readDeadLetters(redis, keys);
    const discarded = await countDiscarded(redis, keys);
    const counts = [waiting, active, failed, aside.length].map((n) => String(n).padStart(6));
    const age = `${(oldestMs / 1_000).toFixed(1)} s`;
    const cells = [...counts, String(discarded).padStart(9), age];
    console.log(`${String(shard).padStart(5)}   ${cells.join('  ')}`);
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
  const shard = await move(shards, chunkId, (keys) => retryDeadLetter(redis, keys, chunkId));
  console.log(`${chunkId} is back in the queue of shard ${shard}`);
}

/** `npm run queue -- discard <chunk> <reason>`: takes a chunk that was set aside out for good. */
async function discard(
  redis: Redis,
  shards: readonly ShardKeys[],
  chunkId: string,
  reason: string,
): Promise<void> {
  const decision = { reason, by: operatorName() };
  let found = { rejecting: 0, whole: false };
  const shard = await move(shards, chunkId, async (keys) => {
    const { moved, ...others } = await discardDeadLetter(redis, keys, chunkId, decision);
    found = others;
    return moved;
  });
  const { rejecting, whole } = found;
  createLog('queue', 'info').warn(
    { shard, chunk: chunkId, ...decision, rejecting, whole },
    'a chunk is discarded',
  );
  const rest = whole ? '' : '; not all that it held could be read';
  console.log(`${chunkId} is discarded: ${rejecting} of its commands will be rejected${rest}`);
}

/** Moves a chunk out of whichever shard's it was set aside in, and returns the shard. Throws where that cannot be. */
async function move(
  shards: readonly ShardKeys[],
  chunkId: string,
  moveOf: (keys: ShardKeys) => Promise<Moved>,
): Promise<number> {
  for (const keys of shards) {
    const { shard } = keys;
    const moved = await moveOf(keys);
    if (moved === 'moved') return shard;
    if (moved === 'in the queue')
      throw new Error(
        `nothing was changed: ${chunkId} is still in the queue of shard ${shard}, as the rest of it is not posted yet; try again then`,
      );
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

type Action = (redis: Redis, shards: readonly ShardKeys[]) => Promise<void>;

const USAGE = `npm run queue                                 shows the queues
npm run queue -- retry <chunk>                puts a chunk that was set aside back into its queue
npm run queue -- discard <chunk> <reason...>  takes a chunk that was set aside out for good
npm run queue -- resume <shard>               lets a shard that was stopped go on`;

/** Null where that is no way to use it. */
function readAction([name, subject = '', ...more]: readonly string[]): Action | null {
  const reason = more.join(' ').trim();
  if (name === undefined) return showQueues;
  if (subject === '') return null;
  if (name === 'discard' && reason !== '')
    return (redis, shards) => discard(redis, shards, subject, reason);
  if (name === 'retry' && more.length === 0)
    return (redis, shards) => retry(redis, shards, subject);
  if (name === 'resume' && more.length === 0)
    return (redis, shards) => resume(redis, shards, subject);
  return null;
}

try {
  const action = readAction(process.argv.slice(2));
  if (!action) throw new Error(USAGE);
  const { REDIS_URL, SHARDS } = readQueueToolConfig();
  const redis = openFailFastRedis(REDIS_URL);
  try {
    await answers(redis);
    await action(redis, await readKeys(redis, SHARDS));
  } finally {
    redis.disconnect();
  }
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
