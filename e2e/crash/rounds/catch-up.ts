import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@razao/stack/stack-options.ts';
import { withRedis } from '../../support/open-world.ts';
import { findQueues, queuedChunks } from '../verify/chunks.ts';

/** Usually it is a second or two, and a tenth of this for each chunk that has piled up. */
const LIMIT_MS = { atAll: 30_000, forEach: 10 };
const POLL_MS = 100;

/** How many milliseconds it took until all that waited was posted, null where it was given up, and how many it may take. */
export type CatchUp = { ms: number | null; limitMs: number };

/** Waits until all that is in the queue now has left it, at most four times as long as it may take. */
export async function awaitCatchUp(
  stack: Pick<Stack, 'redisUrl'>,
  signal: AbortSignal,
): Promise<CatchUp> {
  const startedAt = performance.now();
  return await withRedis(stack, async (redis) => {
    const queues = await findQueues(redis);
    const waited = await queuedChunks(redis, queues);
    const limitMs = LIMIT_MS.atAll + LIMIT_MS.forEach * waited.size;
    for (;;) {
      const left = await queuedChunks(redis, queues);
      const ms = performance.now() - startedAt;
      if (waited.isDisjointFrom(left)) return { ms: Math.round(ms), limitMs };
      if (ms > 4 * limitMs) return { ms: null, limitMs };
      await delay(POLL_MS, undefined, { signal });
    }
  });
}
