import { randomUUID } from 'node:crypto';
import { createIORedisClient, type IRedisTransaction, Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type ChunkData, decodeChunk } from '../contract/chunk.ts';
import { intactKey, type ShardKeys } from '../runtime/keys.ts';
import { shortId } from '../runtime/short-id.ts';
import { DOOR, PASS, STORED } from './admission-scripts.ts';
import { type Backlog, recountBacklog, toBacklog } from './backlog/backlog.ts';
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
  // From random bytes that Node has in store: asking the system for 16 takes twenty times as long.
  return `c-${shortId(randomUUID())}`;
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
  transaction.eval(RAISE, 2, queue.toKey('backlog'), queue.toKey(chunkId), name);
  await addJob(transaction, queue, { chunkId, data, name });
  const [counted, added] = (await transaction.exec()) ?? [];
  if (counted?.[0]) throw counted[0];
  // BullMQ's script is sent by its digest: after SCRIPT FLUSH only a call by itself sends the text.
  if (added?.[0]) await queue.add(name, data, { jobId: chunkId });
}

function begin(redis: Redis) {
  return createIORedisClient(redis).multi();
}

/** Makes the command that adds the chunk a part of a transaction. */
async function addJob(
  transaction: Transaction,
  queue: ChunkQueue,
  { chunkId, data, name }: { chunkId: string; data: ChunkData; name: string },
): Promise<void> {
  const job = new Job(queue, name, data, { ...JOB_OPTIONS, jobId: chunkId }, chunkId);
  // One of ioredis' that BullMQ's client has made one of its own, which its type does not say.
  await job.addJob(transaction as unknown as IRedisTransaction);
}

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
  const { claims, keys, deadline, recalled = false } = departure;
  const door = queue.toKey('door');
  const { key = '', line = '' } = claims[0] ?? {};
  const guard = {
    before(transaction: Transaction) {
      const mark = intactKey(keys);
      transaction.eval(DOOR, 3, door, key, mark, line, deadline, recalled ? '1' : '');
      const records = claims.flatMap((claim) => [claim.key, claim.line]);
      transaction.msetnx([door, 'open', ...records]);
    },
    ...{ text: STORED, keys: [door, key], args: [line] },
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

/** One of the guards, with what is its own of keys and arguments, and what goes before it. */
type Guard = {
  before?: (transaction: Transaction) => void;
  text: string;
  keys: readonly string[];
  args: readonly string[];
};

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
  const keys = [chunkId, 'backlog', 'rate'].map((part) => queue.toKey(part));
  const name = jobName(countCommands(data.commands));
  const transaction = begin(redis);
  guard.before?.(transaction);
  // By its text: one that Redis did not know by its digest would block nothing.
  const call = [...keys, ...guard.keys, name, deadline, ...guard.args];
  transaction.eval(guard.text, keys.length + guard.keys.length, ...call);
  await addJob(transaction, queue, { chunkId, data, name });
  const results = (await transaction.exec()) ?? [];
  const added = results.pop();
  for (const [fault] of results) if (fault) throw fault;
  const reply = results.pop()?.[1] as [Admission, ...(string | null)[]];
  const [admission, rate, ...backlog] = reply;
  return { admission, added: added?.[0] ?? null, backlog: toBacklog(backlog, rate) };
}

/** The chunk that could not be added for want of them was counted already. */
async function loadScripts(redis: Redis, queue: ChunkQueue): Promise<void> {
  await recountBacklog(redis, queue);
  const scripts = Object.values(redis.scriptsSet as Record<string, { lua: string }>);
  for (const { lua } of scripts) await redis.script('LOAD', lua);
}
