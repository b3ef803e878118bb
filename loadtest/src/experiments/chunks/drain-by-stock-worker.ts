import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { Worker } from 'bullmq';

const CONCURRENCY = 64;

export type StockQueue = { name: string; prefix: string };

/**
 * Takes `count` jobs out of a queue as BullMQ's manual shows it: a worker with a processor, 64 jobs at once, and nothing to
 * do in each. Returns the jobs' ids in the order in which their processing started.
 */
export async function drainByStockWorker(
  redisUrl: string,
  { name, prefix }: StockQueue,
  count: number,
): Promise<string[]> {
  const redis = openPatientRedis(redisUrl);
  const started: string[] = [];
  const done = Promise.withResolvers<void>();
  let completed = 0;
  const process = async ({ id }: { id?: string | undefined }) => {
    started.push(String(id));
  };
  const worker = new Worker(name, process, { connection: redis, prefix, concurrency: CONCURRENCY });
  worker.on('error', done.reject);
  worker.on('completed', () => {
    completed += 1;
    if (completed === count) done.resolve();
  });
  await done.promise;
  await worker.close();
  redis.disconnect();
  return started;
}
