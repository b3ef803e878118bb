import { type Job, type JobJson, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ChunkData } from '../contract/chunk.ts';
import type { ShardKeys } from '../runtime/keys.ts';
import { QUEUE_NAME } from './chunk-queue.ts';

const DAY_MS = 86_400_000;
const damaged = new WeakSet<Job>();

/** Whether a job was found in such a state that BullMQ cannot read it: its data may be whole, and is not to be trusted. */
export function isDamaged(job: Job): boolean {
  return damaged.has(job);
}

/**
 * Hands out every job that it fetches, also one that BullMQ cannot read: were the error thrown, as BullMQ does, the job would
 * be fetched over and over and nothing behind it.
 */
class ManualWorker extends Worker<ChunkData> {
  readonly #redis: Redis;

  constructor(redis: Redis, { tag }: ShardKeys) {
    super(QUEUE_NAME, null, {
      connection: redis,
      prefix: tag,
      autorun: false, // there is no main loop: chunks are fetched by hand
      skipStalledCheck: true, // it would move the chunks of a slow commit behind younger ones
      skipLockRenewal: true, // the lock in Postgres is the only lock
      lockDuration: DAY_MS, // so BullMQ's own must outlive any commit
      drainDelay: 1, // unused: the consumer waits by itself
      skipVersionCheck: true, // the guard reads the server's configuration
      removeOnComplete: { count: 0 }, // also one whose own options are damaged
    });
    this.#redis = redis;
  }

  override async getNextJob(...args: Parameters<Worker<ChunkData>['getNextJob']>) {
    try {
      return await super.getNextJob(...args);
    } catch (error) {
      // What is not JSON, or JSON of another kind than BullMQ takes for granted; anything else is the connection's.
      if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
      const [token] = args;
      const id = await this.#fetchedWith(token);
      if (id === null) throw error;
      return await this.#asDamaged(id, token);
    }
  }

  /** Data that is not JSON is the text that it is, which is no chunk. */
  protected override createJob(job: JobJson, id: string): Job<ChunkData> {
    try {
      return super.createJob(job, id);
    } catch {
      return super.createJob({ ...job, data: JSON.stringify(job.data) }, id);
    }
  }

  /** The active job that was fetched with this token, which is the value of its lock. */
  async #fetchedWith(token: string): Promise<string | null> {
    const active = await this.#redis.lrange(this.toKey('active'), 0, -1);
    const locks = await this.#redis.mget(active.map((id) => this.toKey(`${id}:lock`)));
    return active[locks.indexOf(token)] ?? null;
  }

  /** A job with the data that it has, and nothing else of what was stored of it. */
  async #asDamaged(id: string, token: string): Promise<Job<ChunkData>> {
    const data = (await this.#redis.hget(this.toKey(id), 'data')) ?? '';
    // A chunk has none; BullMQ would read it once more, and fail, when the chunk is completed.
    await this.#redis.hdel(this.toKey(id), 'parent');
    const bare = { id, name: 'damaged', opts: {}, progress: 0, attemptsMade: 0, timestamp: 0 };
    const job = this.createJob({ ...bare, data, stacktrace: '[]' } as unknown as JobJson, id);
    job.token = token;
    damaged.add(job);
    return job;
  }
}

/** BullMQ's Worker with everything off but the fetching of a job by hand. `redis` stays the caller's. */
export function openManualWorker(redis: Redis, keys: ShardKeys): Worker<ChunkData> {
  const worker = new ManualWorker(redis, keys);
  worker.on('error', () => {});
  return worker;
}
