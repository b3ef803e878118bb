import type { Stack } from '@razao/stack/stack-options.ts';
import { until } from './poll.ts';

const SHARDS = 4;

/** The worker that holds every shard's lock; waits until one does. */
export async function lockHolder(stack: Stack): Promise<Stack['workers'][number]> {
  let holder: Stack['workers'][number] | undefined;
  await until('one worker holds every lock', async () => {
    const counts = await Promise.all(
      stack.workers.map(({ url }) => activeShards(url).catch(() => 0)),
    );
    holder = stack.workers[counts.indexOf(SHARDS)];
    return holder !== undefined;
  });
  return holder as Stack['workers'][number];
}

async function activeShards(url: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(500) });
  return [...(await answer.text()).matchAll(/^razao_committer_active\{.*\} 1$/gm)].length;
}
