import { shardOf } from '@razao/shared/runtime/shard.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from './poll.ts';

const SHARDS = 4;

/** The worker that holds the lock of a ledger's shard; waits until exactly one says so. */
export async function lockHolder(stack: Stack, ledger: string): Promise<Stack['workers'][number]> {
  const shard = shardOf(ledger, SHARDS);
  let holder: Stack['workers'][number] | undefined;
  await until(`one worker holds the lock of shard ${shard}`, async () => {
    const holds = await Promise.all(stack.workers.map(({ url }) => holdsLock(url, shard)));
    holder = stack.workers[holds.indexOf(true)];
    return holds.filter(Boolean).length === 1;
  });
  return holder as Stack['workers'][number];
}

async function holdsLock(url: string, shard: number): Promise<boolean> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(500) }).catch(
    () => null,
  );
  return (await answer?.text())?.includes(`razao_committer_active{shard="${shard}"} 1`) ?? false;
}
