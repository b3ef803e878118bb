import type { Claim } from '@razao/shared/queue/chunk-queue.ts';
import { defineScript, runScript } from '@razao/shared/runtime/script.ts';
import type { Redis } from 'ioredis';

/**
 * Admits ids that have no record, and answers the record of those that have one.
 * KEYS: a record for each id; ARGV: the line to store for each.
 */
const ADMIT = defineScript(`
local lines = redis.call('MGET', unpack(KEYS))
local fresh = {}
for i, key in ipairs(KEYS) do
  if not lines[i] then
    fresh[#fresh + 1] = key
    fresh[#fresh + 1] = ARGV[i]
  end
end
if #fresh > 0 then redis.call('MSET', unpack(fresh)) end
return lines
`);

/**
 * Takes over records whose chunk never reached the queue, unless they have changed since they were read.
 * KEYS: a record for each id; ARGV: for each the line that was read, the line to store.
 */
const TAKE_OVER = defineScript(`
local lines = {}
for i, key in ipairs(KEYS) do
  local current = redis.call('GET', key)
  if not current or current == ARGV[2 * i - 1] then
    redis.call('SET', key, ARGV[2 * i])
    lines[i] = false
  else
    lines[i] = current
  end
end
return lines
`);

/**
 * Withdraws records that are still as this chunk stored them.
 * KEYS: a record for each id; ARGV: the line that was stored for each.
 */
const WITHDRAW = defineScript(`
for i, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[i] then redis.call('DEL', key) end
end
`);

/** For each claim null where it was admitted, else the line that is there. */
export async function admit(redis: Redis, claims: readonly Claim[]): Promise<(string | null)[]> {
  const keys = claims.map(({ key }) => key);
  const lines = claims.map(({ line }) => line);
  return (await runScript(redis, ADMIT, keys, lines)) as (string | null)[];
}

/** For each claim null where it is ours now, else the line that is there instead of `found`. */
export async function takeOver(
  redis: Redis,
  claims: readonly (Claim & { found: string })[],
): Promise<(string | null)[]> {
  const keys = claims.map(({ key }) => key);
  const lines = claims.flatMap(({ found, line }) => [found, line]);
  return (await runScript(redis, TAKE_OVER, keys, lines)) as (string | null)[];
}

/** Undoes an admission. A chunk of which ids were withdrawn may only be queued afterwards. */
export async function withdraw(redis: Redis, claims: readonly Claim[]): Promise<void> {
  const keys = claims.map(({ key }) => key);
  const lines = claims.map(({ line }) => line);
  await runScript(redis, WITHDRAW, keys, lines);
}
