import { BACKLOG_FIELDS } from './backlog/backlog.ts';
import { COUNT } from './backlog/scripts.ts';

// What comes first in the transaction that adds a chunk, and may keep BullMQ from adding it: it adds no job whose key exists.
// KEYS: the chunk's job, the backlog, the rate, then the guard's own; ARGV: the job's name, the deadline in ms since the epoch by
// Redis's clock, then the guard's own. Answers the admission, the rate, and what waited before.

/** Lua: whether Redis's time is past the deadline. */
const LATE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local late = now > tonumber(ARGV[2])
`;

/**
 * Lua: keeps the chunk from being added by what follows in the transaction. Nobody uses the chunk's id again; the key goes by
 * itself. One that was added before, its answer having been lost, stays as it is.
 */
const BLOCK = `
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'blocked', 1)
  redis.call('PEXPIRE', KEYS[1], 10000)
end
`;

/** A guard, and the count of the chunk that it lets pass, where that was not added before. */
function guard(judge: string): string {
  const fields = BACKLOG_FIELDS.map((field) => `'${field}'`).join(', ');
  return `${COUNT}
local function judge()
${judge}
end
local before = redis.call('HMGET', KEYS[2], ${fields})
local rate = redis.call('GET', KEYS[3])
local admission = judge()
if admission == 'added' and redis.call('EXISTS', KEYS[1]) == 0 then
  count(ARGV[1], 1)
  store(KEYS[2])
end
return { admission, rate, unpack(before) }
`;
}

/**
 * Shuts the door, or opens it, before a chunk's records are stored with it by one MSETNX, which stores all or none. (A script that
 * were given all records and stored them would take twice as long.) It is shut when it is too late: what was given up on may run
 * long after, once a Redis that stood still goes on; and where records were lost, as one of these ids may wait already, or may be
 * posted. A chunk that was added before, its answer having been lost, finds its records there.
 * KEYS: the door, the chunk's first record, the mark that no record was lost; ARGV: that record's line, the deadline, '1' where
 * Postgres was asked for all ids.
 */
export const DOOR = `
redis.call('DEL', KEYS[1])
if redis.call('GET', KEYS[2]) == ARGV[1] then return end
${LATE}
local intact = redis.call('GET', KEYS[3])
local doubtful = intact and ARGV[3] == '' and tonumber(intact) > now
local why = late and 'late' or not intact and 'lost' or doubtful and 'doubtful'
if why then redis.call('SET', KEYS[1], why) end
`;

/**
 * Lets a chunk pass whose records were stored, else blocks it.
 * KEYS: the door, the chunk's first record; ARGV: that record's line.
 */
export const STORED = guard(`
if redis.call('GET', KEYS[5]) == ARGV[3] then return 'added' end
${BLOCK}
return redis.call('GET', KEYS[4]) or 'known'
`);

/**
 * Lets a chunk pass whose records were stored before; when it is too late the chunk is blocked, and its records become what
 * they were.
 * KEYS: a record for each id; ARGV: for each record its line, and the one it had before, or ''.
 */
export const PASS = guard(`
${LATE}
if not late or redis.call('EXISTS', KEYS[1]) == 1 then return 'added' end
${BLOCK}
for i = 4, #KEYS do
  local line, found = ARGV[2 * i - 5], ARGV[2 * i - 4]
  if redis.call('GET', KEYS[i]) == line then
    if found == '' then redis.call('DEL', KEYS[i]) else redis.call('SET', KEYS[i], found) end
  end
end
return 'late'
`);
