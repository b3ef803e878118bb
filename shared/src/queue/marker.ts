import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';

const BLOCK_SECONDS = 1;
/** An answer that comes later than so is not waited for. */
const ANSWER_MS_MAX = 3_000;

/**
 * Waits until a queue's marker says that something is queued, for a second as a rule. `blocking` is used for nothing else: where it
 * says nothing in time it is half-open, or has sent the command into nowhere, and is connected anew; else whoever waits would
 * never look into the queue again.
 */
export async function awaitMarker(blocking: Redis, marker: string): Promise<void> {
  const late = new AbortController();
  try {
    const answered = await Promise.race([
      blocking.bzpopmin(marker, BLOCK_SECONDS).then(() => true),
      delay(ANSWER_MS_MAX, false, { signal: late.signal }),
    ]);
    if (!answered && blocking.status === 'ready') blocking.disconnect(true);
  } finally {
    late.abort();
  }
}
