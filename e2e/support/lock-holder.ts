import { shardOf } from '@razao/shared/runtime/shard.ts';
import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from '@razao/stack/test/until.ts';

type Worker = Stack['workers'][number];

export const SHARDS = 4;

/** The worker that holds the lock of a ledger's shard; waits until exactly one says so. */
export async function lockHolder(
  stack: Pick<Stack, 'workers'>,
  ledger: string,
  shards = SHARDS,
): Promise<Worker> {
  const shard = shardOf(ledger, shards);
  let holders: Worker[] = [];
  await until(`one worker holds the lock of shard ${shard}`, async () => {
    const held = await Promise.all(stack.workers.map(heldShards));
    holders = stack.workers.filter((_, i) => held[i]?.includes(shard));
    return holders.length === 1;
  });
  return holders[0] as Worker;
}

/** The shards whose locks a worker says it holds; none where it does not answer. */
export async function heldShards({ url }: Worker): Promise<number[]> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(500) }).catch(
    () => null,
  );
  const text = (await answer?.text()) ?? '';
  return Array.from(text.matchAll(/^razao_committer_active\{shard="(\d+)"\} 1$/gm), ([, shard]) =>
    Number(shard),
  );
}
