import { defineScript } from '@razao/shared/runtime/script.ts';

/**
 * Writes balances, none of which may replace a younger one.
 * KEYS: a hash for each; ARGV: time to live (ms), then for each: asset, version, value (begins with the version).
 */
export const PUBLISH_BALANCES = defineScript(`
for i, key in ipairs(KEYS) do
  local asset, version, value = ARGV[3 * i - 1], tonumber(ARGV[3 * i]), ARGV[3 * i + 1]
  local current = redis.call('HGET', key, asset)
  if not current or tonumber(string.match(current, '^%d+')) < version then
    redis.call('HSET', key, asset, value)
    redis.call('PEXPIRE', key, ARGV[1])
  end
end
`);

/**
 * Writes records of transactions, none of which may replace a younger one.
 * KEYS: a record for each; ARGV: time to live (ms), then for each: sequence, line (begins with the sequence).
 */
export const PUBLISH_STATUSES = defineScript(`
for i, key in ipairs(KEYS) do
  local sequence, line = tonumber(ARGV[2 * i]), ARGV[2 * i + 1]
  local current = redis.call('GETRANGE', key, 0, 20)
  local known = tonumber(string.match(current, '^%d+'))
  if not known or known <= sequence then
    redis.call('SET', key, line, 'PX', ARGV[1])
  end
end
`);
