import { defineScript } from '@razao/shared/runtime/script.ts';

/**
 * Writes lines, none of which may replace a younger one: each begins with its version or sequence, a number. What is there
 * is read by one command, since each command within a script costs as much as one from outside. A record of a queued command
 * begins with 0, older than any. The end of their life is an instant: Redis would make one of a span again for every line.
 * KEYS: one for each line; ARGV: time to live (ms), then the lines.
 */
export const PUBLISH_LINES = defineScript(`
local call, byte, match = redis.call, string.byte, string.match
local zero = byte('0')
local now = call('TIME')
local expiry = string.format('%d', now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[1])
local current = call('MGET', unpack(KEYS))
for i, key in ipairs(KEYS) do
  local known, line = current[i], ARGV[i + 1]
  local version = known and byte(known) ~= zero and tonumber(match(known, '^%d+'))
  if not version or version <= tonumber(match(line, '^%d+')) then
    call('SET', key, line, 'PXAT', expiry)
  end
end
`);
