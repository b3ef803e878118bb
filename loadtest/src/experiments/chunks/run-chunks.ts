import { openChunkQueue } from '@razao/shared/queue/chunk-queue.ts';
import { countQueued } from '@razao/shared/queue/depth.ts';
import { shardKeys } from '@razao/shared/runtime/keys.ts';
import { openPatientRedis } from '@razao/shared/runtime/redis.ts';
import { formatNumber } from '../../report/format-number.ts';
import { formatTable } from '../../report/format-table.ts';
import type { ExperimentDeps } from '../bench/experiment.ts';
import { formatCells, type Sample } from '../bench/format-cells.ts';
import { formatNoise } from '../bench/format-noise.ts';
import { interleave, type Results } from '../bench/interleave.ts';
import { measureCost } from '../bench/measure-cost.ts';
import { createCommands } from '../books/create-commands.ts';
import { acceptChunks } from './accept-chunks.ts';
import { countInversions } from './count-inversions.ts';
import { drainByConsumer } from './drain-by-consumer.ts';
import { drainByStockWorker } from './drain-by-stock-worker.ts';

const SIZES = [1, 10, 100, 500];
const KEYS = shardKeys('measured', 0);

type ChunksResult = { accepted: Sample; fetched: Sample; inversions: number };

/** What a job costs, by how many commands share it: why commands travel in chunks. */
export async function runChunks(deps: ExperimentDeps): Promise<string> {
  const cases = SIZES.map((size) => ({
    name: `${size} a job`,
    run: () => runCase(deps, size, 'consumer'),
  }));
  const stock = { name: '1 a job, stock Worker', run: () => runCase(deps, 1, 'stock') };
  return format(await interleave([...cases, stock], deps.say));
}

async function runCase(
  { bench, seconds, problems }: ExperimentDeps,
  size: number,
  consumer: 'consumer' | 'stock',
): Promise<ChunksResult> {
  const redis = openPatientRedis(bench.redisUrl);
  await redis.flushall();
  const queue = openChunkQueue(redis, KEYS);
  const commands = createCommands('spread', 'measured');
  let ids: string[] = [];
  const accepting = await measureCost(bench, async () => {
    ids = await acceptChunks(queue, commands, size, seconds);
  });
  const count = ids.length * size;
  const drain = async () => {
    if (consumer === 'consumer') return await drainByConsumer(bench.redisUrl, KEYS, ids.length);
    const { tag: prefix } = KEYS;
    const came = await drainByStockWorker(bench.redisUrl, { name: queue.name, prefix }, ids.length);
    return { ids: came, commands: came.length };
  };
  let drained: Awaited<ReturnType<typeof drain>> = { ids: [], commands: 0 };
  const fetching = await measureCost(bench, async () => {
    drained = await drain();
  });
  const inversions = countInversions(ids, drained.ids);
  const left = await countQueued(redis, queue);
  if (left > 0) problems.add('chunks left in the queue', String(left));
  if (drained.commands !== count || new Set(drained.ids).size !== ids.length) {
    problems.add('commands out of the queue', `${drained.commands}, not ${count}`);
  }
  if (consumer === 'consumer' && inversions > 0) {
    problems.add('chunks out of order', String(inversions));
  }
  await queue.close();
  redis.disconnect();
  return { accepted: { count, cost: accepting }, fetched: { count, cost: fetching }, inversions };
}

function format(all: readonly Results<ChunksResult>[]): string {
  const columns = ['node', 'redis'] as const;
  const rows = all.map(({ name, results }) => [
    name,
    ...formatCells(
      results.map(({ accepted }) => accepted),
      columns,
    ),
    ...formatCells(
      results.map(({ fetched }) => fetched),
      columns,
    ),
    formatNumber(Math.max(...results.map(({ inversions }) => inversions))),
  ]);
  const costs = all.flatMap(({ results }) =>
    results.flatMap(({ accepted, fetched }) => [accepted.cost, fetched.cost]),
  );
  const head = ['commands', 'accepted/s', 'node', 'redis', 'fetched/s', 'node', 'redis'];
  return [
    'chunks: 64 callers add, one consumer fetches and completes; node and redis in CPU µs a command',
    ...formatTable([[...head, 'out of order'], ...rows]).map((line) => `  ${line}`),
    formatNoise(costs),
  ].join('\n');
}
