import { defineScript } from '@razao/shared/runtime/script.ts';

/**
 * One step through all keys of an installation: deletes the records of what was posted before an instant, shortens the life of the others
 * and of balances, or deletes the balances. What is queued stays as it is, and the mark that no such record is missing. One
 * process at a time does it, as long as it holds the lease. A Redis that is full must not stop it.
 *
 * An instant in a record is nine digits, compared one by one: Redis compares texts by its locale.
 * KEYS: the lease; ARGV: who asks, the lease's time (ms), the cursor, keys to look at, the pattern, the instant in digits, the longest that
 * anything may live on (ms), 1 where balances stay. Answers the next cursor, and how many were deleted and shortened; null to who
 * does not have the lease.
 */
export const SWEEP = defineScript(`#!lua flags=allow-oom
local call, byte, find = redis.call, string.byte, string.find
local owner = call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return false end
call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local instant, life = ARGV[6], ARGV[7]
local function posted_before(line)
  local status = find(line, '%u')
  if not status or status == 1 or byte(line) == 48 then return nil end
  for i = 1, 9 do
    local a, b = byte(line, status + 21 + i) or 0, byte(instant, i)
    if a ~= b then return a < b end
  end
  return false
end
local found = call('SCAN', ARGV[3], 'MATCH', ARGV[5], 'COUNT', ARGV[4])
local records, gone, shortened = {}, {}, 0
local function shorten(key) shortened = shortened + call('PEXPIRE', key, life, 'LT') end
for _, key in ipairs(found[2]) do
  if find(key, '}:t:', 1, true) then records[#records + 1] = key
  elseif ARGV[8] == '1' then shorten(key)
  else gone[#gone + 1] = key end
end
if #records > 0 then
  for i, line in ipairs(call('MGET', unpack(records))) do
    local before = line and posted_before(line)
    if before then gone[#gone + 1] = records[i]
    elseif before == false then shorten(records[i]) end
  end
end
if #gone > 0 then call('UNLINK', unpack(gone)) end
return { found[1], #gone, shortened }
`);
