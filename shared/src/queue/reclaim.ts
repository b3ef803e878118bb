import { Job, type Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from '../runtime/log.ts';

/** BullMQ's token for a move that needs no lock: ours is in Postgres. */
const NO_TOKEN = '0';

/**
 * Returns every active chunk but `keep` to the front of the queue, newest first, so that the oldest is at the very front
 * again. Returns their ids, newest first.
 */
export async function reclaimActive(
  redis: Redis,
  queue: Queue,
  keep: ReadonlySet<string>,
  log: Logger,
): Promise<string[]> {
  const active = queue.toKey('active');
  // BullMQ pushes active jobs on the left: the list reads newest first.
  const ids = (await redis.lrange(active, 0, -1)).filter((id) => !keep.has(id));
  for (const id of ids) {
    const job = new Job(queue, 'chunk', undefined, {}, id);
    try {
      await job.moveToWait(NO_TOKEN);
    } catch (error) {
      if (await vanished(redis, queue, id)) {
        // Its data is gone and cannot come back; left here it would make every fetch start anew.
        log.error(
          { err: error, chunk: id },
          'an active chunk has no data: was Redis emptied by hand?',
        );
        await redis.lrem(active, 0, id);
      } else if (await stillActive(redis, active, id)) {
        throw error;
      }
    }
  }
  return ids;
}

async function vanished(redis: Redis, queue: Queue, id: string): Promise<boolean> {
  return (await redis.exists(queue.toKey(id))) === 0;
}

async function stillActive(redis: Redis, active: string, id: string): Promise<boolean> {
  return (await redis.lpos(active, id)) !== null;
}
