import { randomBytes } from 'node:crypto';
import { createIORedisClient, type IRedisTransaction, Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type ChunkData, decodeChunk } from '../contract/chunk.ts';
import { intactKey, type ShardKeys } from '../runtime/keys.ts';
import { BACKLOG_FIELDS, type Backlog, recountBacklog, toBacklog } from './backlog/backlog.ts';
import { countCommands } from './backlog/count-commands.ts';
import { jobName } from './backlog/job-name.ts';
import { RAISE } from './backlog/scripts.ts';

export type ChunkQueue = Queue<ChunkData>;
type Transaction = ReturnType<typeof begin>;

const JOB_OPTIONS = {
  // A chunk that is done is in Postgres: nothing of it needs to stay in Redis.
  removeOnComplete: true,
  // Nothing of ours fails a chunk; were one ever failed, it must stay visible.
  removeOnFail: false,
  // BullMQ's retries send a job to the back of the queue and are never used.
  attempts: 1,
};

/** The queue's name; with the shard's prefix its keys are `{razao:<installation>:<shard>}:chunks:*`. */
export const QUEUE_NAME = 'chunks';

/**
 * The queue of a shard, for whoever adds to it or looks at it. `redis` stays the caller's and must be ready: a Queue built
 * before its connection is up hangs, or stays broken where there is no offline queue.
 */
export function openChunkQueue(redis: Redis, { tag }: ShardKeys): ChunkQueue {
  const queue = new Queue<ChunkData>(QUEUE_NAME, {
    connection: redis,
    // The hash tag keeps all keys of a shard on one node of a Redis Cluster.
    prefix: tag,
    // The version is read when the guard reads the configuration; here it would be one more command per connection.
    skipVersionCheck: true,
    // Nobody reads the stream of events.
    streams: { events: { maxLen: 0 } },
    defaultJobOptions: JOB_OPTIONS,
  });
  queue.on('error', () => {});
  return queue;
}

/** A new chunk's id. It is chosen before admission, and short: each record names it. BullMQ wants no `:` in it, and not digits only. */
export function newChunkId(): string {
  return `c-${randomBytes(16).toString('base64url')}`;
}

/** What was set aside may be no chunk. */
function nameOf(data: unknown): string {
  return jobName(countCommands(decodeChunk(data).commands ?? []));
}

/** The fields of a chunk's job and their values, in turns, as BullMQ stores one that waits. */
export function jobFields(chunkId: string, data: unknown): string[] {
  const fields = {
    name: nameOf(data),
    data: JSON.stringify(data),
    opts: JSON.stringify({ jobId: chunkId, ...JOB_OPTIONS }),
    timestamp: String(Date.now()),
    delay: '0',
    priority: '0',
  };
  return Object.entries(fields).flat();
}

/** Adds a chunk at the back. Adding the same id again while it is queued changes nothing. */
export async function addChunk(queue: ChunkQueue, chunkId: string, data: ChunkData): Promise<void> {
  // BullMQ has defined its scripts on the connection by then.
  await queue.waitUntilReady();
  const transaction = begin(queue.opts.connection as Redis);
  const name = nameOf(data);
  await addCounted(transaction, queue, { chunkId, data, name });
  const [counted, added] = (await transaction.exec()) ?? [];
  if (counted?.[0]) throw counted[0];
  // BullMQ's script is sent by its digest: after SCRIPT FLUSH only a call by itself sends the text.
  if (added?.[0]) await queue.add(name, data, { jobId: chunkId });
}

function begin(redis: Redis) {
  return createIORedisClient(redis).multi();
}

/** Makes two commands a part of a transaction: one counts the chunk as waiting, one adds it. */
async function addCounted(
  transaction: Transaction,
  queue: ChunkQueue,
  { chunkId, data, name }: { chunkId: string; data: ChunkData; name: string },
): Promise<void> {
  transaction.eval(RAISE, 2, queue.toKey('backlog'), queue.toKey(chunkId), name);
  const job = new Job(queue, name, data, { ...JOB_OPTIONS, jobId: chunkId }, chunkId);
  // One of ioredis' that BullMQ's client has made one of its own, which its type does not say.
  await job.addJob(transaction as unknown as IRedisTransaction);
}

/** Lua: whether Redis's time is past the first argument, an instant in ms since the epoch. */
const LATE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local late = now > tonumber(ARGV[1])
`;

/**
 * Lua: keeps the chunk from being added by what follows in the transaction: BullMQ adds no job whose key exists. Nobody uses
 * the chunk's id again; the key goes by itself. One that was added before, its answer having been lost, stays as it is.
 */
const BLOCK = `
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'blocked', 1)
  redis.call('PEXPIRE', KEYS[1], 10000)
end
`;

/**
 * Stores a chunk's records, all or none; where none, the chunk is blocked. They are not stored where one of them exists; nor
 * when it is too late: what was given up on may run long after, once a Redis that stood still goes on; nor where records were
 * lost, as one of these ids may wait already, or may be posted.
 * KEYS: the chunk's job, the mark that no record was lost, a record for each id; ARGV: the deadline, '1' where Postgres was asked
 * for all ids, the line of each record.
 */
const STORE = `
if redis.call('GET', KEYS[3]) == ARGV[3] then return 'added' end
${LATE}
local intact = redis.call('GET', KEYS[2])
local doubtful = intact and ARGV[2] == '' and tonumber(intact) > now
if not late and intact and not doubtful then
  local records = {}
  for i = 3, #KEYS do
    records[2 * i - 5] = KEYS[i]
    records[2 * i - 4] = ARGV[i]
  end
  if redis.call('MSETNX', unpack(records)) == 1 then return 'added' end
end
${BLOCK}
return late and 'late' or not intact and 'lost' or doubtful and 'doubtful' or 'known'
`;

/**
 * Lets a chunk pass whose records were stored before; when it is too late the chunk is blocked, and its records become what
 * they were.
 * KEYS: the chunk's job, a record for each id; ARGV: the deadline, for each record its line, and the one it had before, or ''.
 */
const PASS = `
${LATE}
if not late or redis.call('EXISTS', KEYS[1]) == 1 then return 'added' end
${BLOCK}
for i = 2, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[2 * i - 2] then
    if ARGV[2 * i - 1] == '' then redis.call('DEL', KEYS[i])
    else redis.call('SET', KEYS[i], ARGV[2 * i - 1]) end
  end
end
return 'late'
`;

/** One id's record as a chunk would have it: a line that names the chunk. `found` is the line that was taken over. */
export type Claim = { key: string; line: string; found?: string };

/**
 * `known`: a record existed; `late`: the deadline was past; `lost`: records were lost and are to be restored first; `doubtful`: those
 * of what is posted may be missing, and Postgres is to be asked first. In these cases nothing is stored, and the chunk's id is used
 * up.
 */
export type Admission = 'added' | 'known' | 'late' | 'lost' | 'doubtful';

/** A chunk on its way to the queue. `deadline` is in ms since the epoch, by Redis's clock. */
export type Departure = {
  keys: ShardKeys;
  claims: readonly Claim[];
  chunkId: string;
  data: ChunkData;
  deadline: number;
  /** Whether Postgres was asked for these ids, and the records of those it knows are there. */
  recalled?: boolean;
};

/**
 * Stores a chunk's records, one at least, and adds the chunk at the back, in one transaction, which Redis writes to its file
 * once: where none of the records exists or was lost, and in time. `backlog` is what waited or was active before.
 */
export async function addWithRecords(
  redis: Redis,
  queue: ChunkQueue,
  departure: Departure,
): Promise<{ admission: Admission; backlog: Backlog }> {
  const { claims, keys, recalled = false } = departure;
  const guard = {
    text: STORE,
    keys: [intactKey(keys), ...claims.map(({ key }) => key)],
    args: [recalled ? '1' : '', ...claims.map(({ line }) => line)],
  };
  const { admission, added, backlog } = await addGuarded(redis, queue, departure, guard);
  if (admission !== 'added' || added === null) return { admission, backlog };
  if (!added.message.startsWith('NOSCRIPT')) throw added;
  // BullMQ's script is sent by its digest, and Redis has forgotten it.
  await loadScripts(redis, queue);
  return { admission: await addClaimed(redis, queue, departure), backlog };
}

/** Adds a chunk at the back whose records were stored before; when it is too late they become what they were. */
export async function addClaimed(
  redis: Redis,
  queue: ChunkQueue,
  departure: Departure,
): Promise<Admission> {
  const { claims } = departure;
  const guard = {
    text: PASS,
    keys: claims.map(({ key }) => key),
    args: claims.flatMap(({ line, found = '' }) => [line, found]),
  };
  for (let attempt = 0; ; attempt++) {
    const { admission, added } = await addGuarded(redis, queue, departure, guard);
    if (admission !== 'added' || added === null) return admission;
    if (attempt > 0 || !added.message.startsWith('NOSCRIPT')) throw added;
    await loadScripts(redis, queue);
  }
}

/** A script with its keys after the chunk's job, and its arguments after the deadline. */
type Guard = { text: string; keys: readonly string[]; args: readonly string[] };

/** One transaction: a guard, which may block the chunk, and the chunk. `added` is why the chunk could not be added. */
async function addGuarded(
  redis: Redis,
  queue: ChunkQueue,
  { claims, chunkId, data, deadline }: Departure,
  guard: Guard,
): Promise<{ admission: Admission; added: Error | null; backlog: Backlog }> {
  // BullMQ has defined its scripts on the connection by then.
  await queue.waitUntilReady();
  if (claims.length === 0) throw new Error('a chunk without a command is not added');
  const transaction = begin(redis);
  transaction.hmget(queue.toKey('backlog'), ...BACKLOG_FIELDS);
  transaction.get(queue.toKey('rate'));
  const keys = [queue.toKey(chunkId), ...guard.keys];
  // By its text: one that Redis did not know by its digest would block nothing.
  transaction.eval(guard.text, keys.length, ...keys, deadline, ...guard.args);
  const name = jobName(countCommands(data.commands));
  await addCounted(transaction, queue, { chunkId, data, name });
  const [backlog, rate, admitted, counted, added] = (await transaction.exec()) ?? [];
  for (const result of [backlog, rate, admitted, counted]) if (result?.[0]) throw result[0];
  return {
    admission: admitted?.[1] as Admission,
    added: added?.[0] ?? null,
    backlog: toBacklog(backlog?.[1] as (string | null)[], rate?.[1] as string | null),
  };
}

/** The chunk that could not be added for want of them was counted already. */
async function loadScripts(redis: Redis, queue: ChunkQueue): Promise<void> {
  await recountBacklog(redis, queue);
  const scripts = Object.values(redis.scriptsSet as Record<string, { lua: string }>);
  for (const { lua } of scripts) await redis.script('LOAD', lua);
}
