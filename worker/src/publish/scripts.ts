import { defineScript } from '@razao/shared/runtime/script.ts';

/**
 * Writes lines, none of which may replace a younger one: each begins with its version or sequence, a number. What is there
 * is read by one command, since each command within a script costs as much as one from outside.
 * KEYS: one for each line; ARGV: time to live (ms), then the lines.
 */
export const PUBLISH_LINES = defineScript(`
local current = redis.call('MGET', unpack(KEYS))
for i, key in ipairs(KEYS) do
  local line = ARGV[i + 1]
  local known = current[i] and tonumber(string.match(current[i], '^%d+'))
  if not known or known <= tonumber(string.match(line, '^%d+')) then
    redis.call('SET', key, line, 'PX', ARGV[1])
  end
end
`);
