import type { Redis } from 'ioredis';
import { backlogKey, deadLettersKey, discardedKey, type ShardKeys } from '../runtime/keys.ts';
import { COUNT } from './backlog/scripts.ts';
import { jobFields, QUEUE_NAME } from './chunk-queue.ts';

/**
 * What became of a wish to move a chunk: `moved`; or nothing was changed, as no such chunk was set aside, or as a job of its id
 * is in the queue, which would be taken for it.
 */
export type Moved = 'moved' | 'not aside' | 'in the queue';

/** Where a chunk that was set aside goes. At least one of the two. */
export type Destination = {
  /** The data of the job that is added at the back of the queue. */
  queued?: unknown;
  /** What is kept among the discarded. */
  kept?: object;
};

/**
 * Takes a chunk out of those that were set aside and adds it to the queue, as BullMQ would, and to the discarded: all at once,
 * so that nobody can see, and no crash can leave, a half of it. It is one that was set aside as ARGV says, and no other: a
 * worker may have set it aside anew, another operator may have moved it. BullMQ's own script cannot be called from here.
 * KEYS: those aside, the discarded, the chunk's job, wait, marker, the backlog; ARGV: the chunk, what was read of it, what is kept
 * (empty: nothing), then the job's fields and their values, the name first (none: no job).
 */
const MOVE = `${COUNT}
local found = redis.call('HGET', KEYS[1], ARGV[1])
if not found then return 'not aside' end
if redis.call('EXISTS', KEYS[3]) == 1 then return 'in the queue' end
if found ~= ARGV[2] then return 'changed' end
if ARGV[3] ~= '' then
  local field = ARGV[1]
  while redis.call('HEXISTS', KEYS[2], field) == 1 do field = field .. ' again' end
  redis.call('HSET', KEYS[2], field, ARGV[3])
end
if #ARGV > 3 then
  count(ARGV[5], 1)
  store(KEYS[6])
  redis.call('HSET', KEYS[3], unpack(ARGV, 4))
  redis.call('LPUSH', KEYS[4], ARGV[1])
  redis.call('ZADD', KEYS[5], 0, '0')
end
redis.call('HDEL', KEYS[1], ARGV[1])
return 'moved'
`;

/**
 * Moves a chunk that was set aside. `decide` is given what was kept of it, as text, and says where it goes; it is asked again
 * where that was changed meanwhile. When the call fails the chunk was moved, or it was not: never in part.
 */
export async function moveDeadLetter(
  redis: Redis,
  places: ShardKeys,
  chunkId: string,
  decide: (text: string) => Destination | Promise<Destination>,
): Promise<Moved> {
  const queue = `${places.tag}:${QUEUE_NAME}`;
  const parts = [chunkId, 'wait', 'marker'].map((part) => `${queue}:${part}`);
  const keys = [deadLettersKey(places), discardedKey(places), ...parts, backlogKey(places)];
  for (;;) {
    const text = await redis.hget(deadLettersKey(places), chunkId);
    if (text === null) return 'not aside';
    const { queued, kept } = await decide(text);
    const fields = queued === undefined ? [] : jobFields(chunkId, queued);
    const args = [chunkId, text, kept ? JSON.stringify(kept) : '', ...fields];
    // By its text: one call, which Redis knows whatever it has forgotten.
    const moved = await redis.eval(MOVE, keys.length, ...keys, ...args).catch(explain);
    if (moved !== 'changed') return moved as Moved;
  }
}

/** What Redis refuses it has not done; where no answer comes nobody knows. */
function explain(cause: Error): never {
  if (cause.name === 'ReplyError') throw cause;
  throw new Error(
    'Redis did not answer: the chunk was moved, or nothing was changed; npm run queue shows which',
    { cause },
  );
}
