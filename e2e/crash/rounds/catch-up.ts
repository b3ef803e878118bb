import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@razao/stack/stack-options.ts';
import { withRedis } from '../../support/open-world.ts';
import { findQueues, queuedChunks } from '../verify/chunks.ts';

const GIVE_UP_MS = 120_000;
const POLL_MS = 100;

/** How many milliseconds it takes until all that is in the queue now has left it; null: not within two minutes. */
export async function awaitCatchUp(
  stack: Pick<Stack, 'redisUrl'>,
  signal: AbortSignal,
): Promise<number | null> {
  const startedAt = performance.now();
  return await withRedis(stack, async (redis) => {
    const queues = await findQueues(redis);
    const waited = await queuedChunks(redis, queues);
    for (;;) {
      const left = await queuedChunks(redis, queues);
      const ms = performance.now() - startedAt;
      if (waited.isDisjointFrom(left)) return Math.round(ms);
      if (ms > GIVE_UP_MS) return null;
      await delay(POLL_MS, undefined, { signal });
    }
  });
}
