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
 * Stores a chunk's records, all or none; where none, the chunk is blocked. They are not stored where one of them exists; nor
 * when it is too late: what was given up on may run long after, once a Redis that stood still goes on; nor where records were
 * lost, as one of these ids may wait already, or may be posted.
 * KEYS: the mark that no record was lost, a record for each id; ARGV: '1' where Postgres was asked for all ids, the line of each
 * record.
 */
export const STORE = guard(`
if redis.call('GET', KEYS[5]) == ARGV[4] then return 'added' end
${LATE}
local intact = redis.call('GET', KEYS[4])
local doubtful = intact and ARGV[3] == '' and tonumber(intact) > now
if not late and intact and not doubtful then
  local records = {}
  for i = 5, #KEYS do
    records[2 * i - 9] = KEYS[i]
    records[2 * i - 8] = ARGV[i - 1]
  end
  if redis.call('MSETNX', unpack(records)) == 1 then return 'added' end
end
${BLOCK}
return late and 'late' or not intact and 'lost' or doubtful and 'doubtful' or 'known'
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
