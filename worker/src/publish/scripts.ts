import { defineScript } from '@razao/shared/runtime/script.ts';

/**
 * Writes lines, none of which may replace a younger one: each begins with its version or sequence, a number. What is there
 * is read by one command, since each command within a script costs as much as one from outside. A record of a queued command
 * begins with 0, older than any. The end of their life is an instant: Redis would make one of a span again for every line.
 *
 * Keys and lines come as one text, as two thousand arguments would cost the caller more than twice as much. So the keys are not
 * declared; as those of BullMQ's own scripts, they share the hash tag of the one that is.
 * A Redis that is full must not stop it: most lines take the place of longer ones.
 * KEYS: the shard's tag; ARGV: time to live (ms), then the text: keys, each with its line behind it, all on lines of their own.
 */
export const PUBLISH_LINES = defineScript(`#!lua flags=allow-oom
local call, find, sub, byte, match = redis.call, string.find, string.sub, string.byte, string.match
local text, keys, lines, from = ARGV[2], {}, {}, 1
while from do
  local middle = find(text, '\\n', from, true)
  local stop = find(text, '\\n', middle + 1, true)
  keys[#keys + 1] = sub(text, from, middle - 1)
  lines[#keys] = sub(text, middle + 1, (stop or 0) - 1)
  from = stop and stop + 1
end
local zero = byte('0')
local now = call('TIME')
local expiry = string.format('%d', now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[1])
local current = call('MGET', unpack(keys))
for i, key in ipairs(keys) do
  local known, line = current[i], lines[i]
  local version = known and byte(known) ~= zero and tonumber(match(known, '^%d+'))
  if not version or version <= tonumber(match(line, '^%d+')) then
    call('SET', key, line, 'PXAT', expiry)
  end
end
`);
