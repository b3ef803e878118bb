import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import {
  attemptsKey,
  deliveryAttemptsKey,
  type ShardKeys,
  shardOwnerKey,
} from '../runtime/keys.ts';
import type { Logger } from '../runtime/log.ts';
import { defineScript, runScript } from '../runtime/script.ts';

/**
 * What BullMQ's `moveToWait('0')` does, for all active chunks at once and newest first, so that the oldest is at the very
 * front again: nobody can see, and no crash can leave, a half of it. One by one it took 5 to 8 ms a chunk, each an fsync.
 * BullMQ pushes active jobs on the left and takes waiting ones from the right; the marker wakes who waits for a job.
 *
 * The shard is the caller's from then on. Of each chunk that another process had is noted who that was: run once more it finds
 * the caller, and notes nothing. What was noted of chunks that are gone is struck out. A Redis that is full must not stop it.
 * KEYS: active, wait, marker, the shard's owner, its delivery attempts, its attempts; ARGV: the caller, the prefix of the chunks'
 * keys, then the chunks that stay. Answers those that were returned, those whose data is gone, and who had the shard.
 */
const RECLAIM = defineScript(`#!lua flags=allow-oom
local stay = {}
for i = 3, #ARGV do stay[ARGV[i]] = true end
local before = redis.call('GET', KEYS[4]) or ''
if before ~= ARGV[1] then redis.call('SET', KEYS[4], ARGV[1]) end
local time = redis.call('TIME')
local now = string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000))
local returned, vanished = {}, {}
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if not stay[id] then
    redis.call('LREM', KEYS[1], 1, id)
    if redis.call('EXISTS', ARGV[2] .. id) == 1 then
      redis.call('RPUSH', KEYS[2], id)
      returned[#returned + 1] = id
      if before ~= '' and before ~= ARGV[1] then
        redis.call('HSET', KEYS[5], before .. ' ' .. id, now)
      end
    else
      vanished[#vanished + 1] = id
    end
  end
end
if #returned > 0 then redis.call('ZADD', KEYS[3], 0, '0') end
for i = 5, 6 do
  for _, field in ipairs(redis.call('HKEYS', KEYS[i])) do
    local id = string.match(field, '^%S+ (.+)$')
    if not id or redis.call('EXISTS', ARGV[2] .. id) == 0 then
      redis.call('HDEL', KEYS[i], field)
    end
  end
end
return { returned, vanished, before }
`);

/** The shard whose active chunks are reclaimed, and the process that does it (`Owner.id`). */
export type Reclaim = { redis: Redis; queue: Queue; keys: ShardKeys; owner: string; log: Logger };

/**
 * Returns every active chunk but `keep` to the front of the queue, in order. Returns their ids, newest first, and whether
 * another process had the shard before.
 */
export async function reclaimActive(
  { redis, queue, keys: places, owner, log }: Reclaim,
  keep: ReadonlySet<string>,
): Promise<{ returned: string[]; takeover: boolean }> {
  const keys = [
    ...['active', 'wait', 'marker'].map((part) => queue.toKey(part)),
    shardOwnerKey(places),
    deliveryAttemptsKey(places),
    attemptsKey(places),
  ];
  const args = [owner, queue.toKey(''), ...keep];
  const [returned, vanished, before] = (await runScript(redis, RECLAIM, keys, args)) as [
    string[],
    string[],
    string,
  ];
  // Their data cannot come back; left in the list of active chunks they would make every fetch start anew.
  if (vanished.length > 0)
    log.error({ chunks: vanished }, 'active chunks have no data: was Redis emptied by hand?');
  return { returned, takeover: before !== '' && before !== owner };
}
