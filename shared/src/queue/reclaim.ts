import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from '../runtime/log.ts';
import { defineScript, runScript } from '../runtime/script.ts';

/**
 * What BullMQ's `moveToWait('0')` does, for all active chunks at once and newest first, so that the oldest is at the very
 * front again: nobody can see, and no crash can leave, a half of it. One by one it took 5 to 8 ms a chunk, each an fsync.
 * BullMQ pushes active jobs on the left and takes waiting ones from the right; the marker wakes who waits for a job.
 * KEYS: active, wait, marker; ARGV: the prefix of the chunks' keys, then the chunks that stay. Answers those that were
 * returned, and those whose data is gone.
 */
const RECLAIM = defineScript(`
local stay = {}
for i = 2, #ARGV do stay[ARGV[i]] = true end
local returned, vanished = {}, {}
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if not stay[id] then
    redis.call('LREM', KEYS[1], 1, id)
    if redis.call('EXISTS', ARGV[1] .. id) == 1 then
      redis.call('RPUSH', KEYS[2], id)
      returned[#returned + 1] = id
    else
      vanished[#vanished + 1] = id
    end
  end
end
if #returned > 0 then redis.call('ZADD', KEYS[3], 0, '0') end
return { returned, vanished }
`);

/** Returns every active chunk but `keep` to the front of the queue, in order. Returns their ids, newest first. */
export async function reclaimActive(
  redis: Redis,
  queue: Queue,
  keep: ReadonlySet<string>,
  log: Logger,
): Promise<string[]> {
  const keys = ['active', 'wait', 'marker'].map((part) => queue.toKey(part));
  const args = [queue.toKey(''), ...keep];
  const [returned, vanished] = (await runScript(redis, RECLAIM, keys, args)) as [
    string[],
    string[],
  ];
  // Their data cannot come back; left in the list of active chunks they would make every fetch start anew.
  if (vanished.length > 0)
    log.error({ chunks: vanished }, 'active chunks have no data: was Redis emptied by hand?');
  return returned;
}
