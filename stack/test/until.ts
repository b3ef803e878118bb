import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/** Asks until the answer is yes; throws when it was no for too long, or `signal` is aborted. An error counts as no. */
export async function until(
  what: string,
  ask: () => Promise<boolean> | boolean,
  msMax = 30_000,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + msMax;
  let last: unknown;
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    try {
      if (await ask()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await delay(POLL_MS);
  }
  throw new Error(`not within ${msMax} ms: ${what}`, { cause: last });
}
