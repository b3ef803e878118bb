import type { Redis } from 'ioredis';
import { toChunk } from '../src/contract/chunk.ts';
import { type Chunk, ChunkConsumer } from '../src/queue/chunk-consumer.ts';
import { addChunk, type ChunkQueue, openChunkQueue } from '../src/queue/chunk-queue.ts';
import { openManualWorker } from '../src/queue/manual-worker.ts';
import { createOwner } from '../src/queue/owner.ts';
import { deliveryAttemptsKey, ownerKey, shardKeys } from '../src/runtime/keys.ts';
import { createLog } from '../src/runtime/log.ts';
import { openPatientRedis } from '../src/runtime/redis.ts';
import { transfer } from './commands.ts';

export const ANY_NUMBER = () => true;
export const ONE = () => false;

/** A consumer with connections of its own, as the committer of one process has it. */
export type BenchOwner = {
  id: string;
  consumer: ChunkConsumer;
  /** Whether it believes that it holds the lock. */
  allow(may: boolean): void;
  /** As if its process was killed: its connections end, and it returns nothing. */
  kill(): void;
  /** Its process says that it ends in order. */
  exit(): Promise<void>;
};

export type ConsumerBench = ReturnType<typeof openConsumerBench>;

/** One shard's queue in a real Redis, with whatever owners a test gives it. */
export function openConsumerBench(url: string, shard: number) {
  const keys = shardKeys('test', shard);
  const redis = openPatientRedis(url);
  const queue: ChunkQueue = openChunkQueue(redis, keys);
  const owners: BenchOwner[] = [];
  const connections: Redis[] = [redis];
  let added = 0;

  function connect(to = url): Redis {
    const connection = openPatientRedis(to);
    connections.push(connection);
    return connection;
  }

  return {
    redis,
    queue,
    keys,
    /** Adds chunks `c-1`, `c-2`, ... and returns their ids. */
    async add(count: number, commands = 1): Promise<string[]> {
      const ids: string[] = [];
      for (let i = 0; i < count; i++) {
        added += 1;
        ids.push(`c-${added}`);
        const data = Array.from({ length: commands }, () => transfer(1, 'world>alice 1'));
        await addChunk(queue, `c-${added}`, toChunk(data));
      }
      return ids;
    },
    /** `waitsAt`: where its connection for waiting leads to. */
    openOwner(may = true, waitsAt = url): BenchOwner {
      let allowed = may;
      const [redis, blocking] = [connect(), connect(waitsAt)];
      const log = createLog('test', 'silent');
      const { id, exit, stop } = createOwner(redis, { usable: () => true }, keys.installation);
      const consumer = new ChunkConsumer({
        keys,
        owner: id,
        redis,
        blocking,
        mayFetch: () => allowed,
        log,
      });
      const owner = {
        id,
        consumer,
        exit,
        allow(may: boolean) {
          allowed = may;
        },
        kill() {
          consumer.halt();
          stop();
          redis.disconnect();
          blocking.disconnect();
        },
      };
      owners.push(owner);
      return owner;
    },
    /** Takes the oldest waiting chunk, as a process would that has lost the lock and does not know it. */
    async takeWithoutLock(): Promise<string | undefined> {
      const worker = openManualWorker(connect(), keys);
      const job = await worker.getNextJob('stranger:1', { block: false });
      return job?.id;
    },
    /** Chunks by state, oldest first. */
    async states() {
      const [waiting, active, failed] = await Promise.all([
        redis.lrange(queue.toKey('wait'), 0, -1),
        redis.lrange(queue.toKey('active'), 0, -1),
        redis.zrange(queue.toKey('failed'), '0', '-1'),
      ]);
      return { waiting: waiting.reverse(), active: active.reverse(), failed };
    },
    /** Chunks that were taken from a process that may have died, once for each of them. */
    async deliveryAttempts(): Promise<string[]> {
      const noted = await redis.hkeys(deliveryAttemptsKey(keys));
      return noted.map((field) => field.slice(field.indexOf(' ') + 1)).sort();
    },
    /** As if so long had passed since a process spoke last. */
    async silentFor({ id }: BenchOwner, ms: number): Promise<void> {
      await redis.set(ownerKey(keys.installation, id), Date.now() - ms);
    },
    /** As if a process that was taken for dead spoke again. */
    async speaks({ id }: BenchOwner): Promise<void> {
      await redis.set(ownerKey(keys.installation, id), Date.now() + 1);
    },
    async close(): Promise<void> {
      for (const owner of owners) owner.kill();
      await queue.close();
      for (const connection of connections) connection.disconnect();
    },
  };
}

/** Takes chunks, completing them if `complete`, until `count` were taken; returns their ids in order. */
export async function takeIds(
  { consumer }: BenchOwner,
  count: number,
  { fits = ANY_NUMBER, complete = true }: { fits?: () => boolean; complete?: boolean } = {},
): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const chunks: Chunk[] = await consumer.take(fits);
    if (chunks.length === 0) throw new Error(`stopped after ${ids.length} of ${count} chunks`);
    ids.push(...chunks.map(({ id }) => id));
    if (complete) await consumer.complete(chunks);
  }
  return ids;
}
