import { IDEMPOTENCY_WINDOW_SECONDS_MIN } from '@razao/shared/contract/limits.ts';
import { intactKey, type ShardKeys } from '@razao/shared/runtime/keys.ts';
import { defineScript, runScript } from '@razao/shared/runtime/script.ts';
import type { Redis } from 'ioredis';

/**
 * Lengthens the time in which the records of what is posted may be missing. Where the mark is gone those of what waits may be too, and
 * whoever restores them marks it all anew.
 * KEYS: the mark of each shard; ARGV: for how long from now on (ms).
 */
const DOUBT = defineScript(`#!lua flags=allow-oom
local time = redis.call('TIME')
local until_ms = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
for _, key in ipairs(KEYS) do
  local mark = redis.call('GET', key)
  if mark and tonumber(mark) < until_ms then
    redis.call('SET', key, string.format('%d', until_ms))
  end
end
`);

/**
 * For the shortest window from now on whoever accepts a write asks Postgres whether its id is posted, for records of that may be
 * missing. To be done before any is deleted that is younger than that.
 */
export async function doubtRecords(redis: Redis, shards: readonly ShardKeys[]): Promise<void> {
  const keys = shards.map(intactKey);
  await runScript(redis, DOUBT, keys, [IDEMPOTENCY_WINDOW_SECONDS_MIN * 1_000]);
}
