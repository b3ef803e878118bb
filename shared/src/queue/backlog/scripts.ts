import { defineScript } from '../../runtime/script.ts';
import { DONE_NAME } from './job-name.ts';

// The hash of a shard's backlog: `chunks`, `commands` and `bytes` in all, and for each ledger with any `c:<uid>` and `b:<uid>`.

/** Adds to, or takes from, a table of amounts what a job's name says; a name that says nothing is that of one chunk all the same. */
export const COUNT = `
local amounts = { chunks = 0, commands = 0, bytes = 0 }
local function count(name, sign)
  amounts.chunks = amounts.chunks + sign
  for uid, commands, bytes in string.gmatch(name, ' (%S+):(%d+):(%d+)') do
    commands, bytes = sign * commands, sign * bytes
    amounts.commands = amounts.commands + commands
    amounts.bytes = amounts.bytes + bytes
    amounts['c:' .. uid] = (amounts['c:' .. uid] or 0) + commands
    amounts['b:' .. uid] = (amounts['b:' .. uid] or 0) + bytes
  end
end
local function store(key)
  for field, amount in pairs(amounts) do
    if redis.call('HINCRBY', key, field, amount) <= 0 then redis.call('HDEL', key, field) end
  end
end
`;

/**
 * Counts a chunk that is about to be added, unless its job, or what blocks it, is there already. As a text: it is a part of a
 * transaction, where one that Redis did not know by its digest would count nothing.
 * KEYS: the backlog, the chunk's job; ARGV: the job's name.
 */
export const RAISE = `${COUNT}
if redis.call('EXISTS', KEYS[2]) == 1 then return end
count(ARGV[1], 1)
store(KEYS[1])
`;

/**
 * Takes chunks out of the backlog that are done, and notes in each job that it counts as nothing: so a chunk is taken out once,
 * however often it is tried. One that is not active, or not locked by the caller, is somebody else's by now. As a text: it has to
 * run before the jobs are taken out, not after. A Redis that is full must stop neither this nor a new count.
 * KEYS: the backlog, the active chunks, the rate; ARGV: the prefix of the chunks' keys, commands per second or '' where that is not
 * known, for how long that is kept (ms), then each chunk and the token it was fetched with.
 */
export const LOWER = `#!lua flags=allow-oom${COUNT}
local active = {}
for _, id in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do active[id] = true end
for i = 4, #ARGV, 2 do
  local job = ARGV[1] .. ARGV[i]
  local ours = active[ARGV[i]] and redis.call('GET', job .. ':lock') == ARGV[i + 1]
  local name = ours and redis.call('HGET', job, 'name')
  if name and name ~= '${DONE_NAME}' then
    count(name, -1)
    redis.call('HSET', job, 'name', '${DONE_NAME}')
  end
end
if amounts.chunks < 0 then store(KEYS[1]) end
if ARGV[2] ~= '' then redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3]) end
`;

/**
 * Counts a shard's backlog anew from the jobs that are there.
 * KEYS: the backlog, the waiting and the active chunks; ARGV: the prefix of the chunks' keys.
 */
export const RECOUNT = defineScript(`#!lua flags=allow-oom${COUNT}
for list = 2, 3 do
  for _, id in ipairs(redis.call('LRANGE', KEYS[list], 0, -1)) do
    local name = redis.call('HGET', ARGV[1] .. id, 'name')
    if name and name ~= '${DONE_NAME}' then count(name, 1) end
  end
end
redis.call('DEL', KEYS[1])
store(KEYS[1])
`);
